"""When a stream tries again by itself, and when its user is told."""

from __future__ import annotations

import pytest
from custom_stt_client.errors import ConnectionFailed, ServerFull, SttError
from custom_stt_client.retry import Retry

TIMEOUT_S = 10.0
LOST = ConnectionFailed("lost", retryable=True)


def full(retry_after_s: float) -> ServerFull:
    return ServerFull("full", status_code=503, retryable=True, retry_after_s=retry_after_s)


def greeted(*, resumes: bool = True) -> Retry:
    retry = Retry(TIMEOUT_S, resumes=resumes)
    retry.begin()
    retry.greeted(0.0)
    return retry


def test_a_stream_that_was_never_greeted_tells_at_once() -> None:
    retry = Retry(TIMEOUT_S)
    retry.begin()
    with pytest.raises(ConnectionFailed):
        retry.failed(LOST, 1.0)


def test_a_greeted_stream_resumes_at_once_and_then_ever_later() -> None:
    retry, pauses = greeted(), []
    for now in range(1, 6):
        retry.failed(LOST, now)
        pauses.append(round(retry.pause_s(now), 1))
    assert pauses == [0.0, 0.1, 0.2, 0.5, 1.0]


def test_after_the_timeout_without_progress_the_user_is_told() -> None:
    retry = greeted()
    for now in range(1, 11):
        retry.failed(LOST, now)
    with pytest.raises(ConnectionFailed):
        retry.failed(LOST, 11)
    retry.begin()
    retry.greeted(12)
    with pytest.raises(ConnectionFailed):
        retry.failed(LOST, 12.1)  # a greeting alone is no progress


def test_progress_makes_all_well() -> None:
    retry = greeted()
    retry.failed(LOST, 1)
    retry.progressed()
    retry.failed(LOST, 100)
    assert retry.pause_s(100) == 0.0


def test_a_connection_that_lasted_makes_all_well() -> None:
    retry = greeted()
    for hour in range(1, 9):
        retry.failed(LOST, 3600 * hour)
        retry.greeted(3600 * hour)


def test_tries_that_fail_for_long_are_no_connection_that_lasted() -> None:
    retry = greeted()
    retry.failed(LOST, 3600)
    with pytest.raises(ConnectionFailed):
        retry.failed(LOST, 3620)


@pytest.mark.parametrize(
    ("error", "resumes"), [(SttError("bad key", retryable=False), True), (LOST, False)]
)
def test_where_no_retry_is_of_use_or_allowed_none_is_made(error: SttError, resumes: bool) -> None:
    with pytest.raises(SttError):
        greeted(resumes=resumes).failed(error, 1.0)


def test_a_full_server_is_given_the_time_it_asks_for_also_by_the_next_start() -> None:
    retry = Retry(TIMEOUT_S)
    retry.begin()
    with pytest.raises(ServerFull):
        retry.failed(full(4.0), 1.0)
    retry.begin()
    assert retry.pause_s(2.0) == 3.0


def test_a_full_server_is_given_no_more_time_than_the_timeout() -> None:
    retry = greeted()
    retry.failed(full(9e9), 1.0)
    assert retry.pause_s(1.0) == 10.0
