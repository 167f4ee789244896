"""When a stream tries again by itself, and when the framework is told."""

from __future__ import annotations

import pytest
from livekit.agents import APIConnectionError, APIConnectOptions, APIError, APIStatusError
from livekit.plugins.custom_stt._patience import Patience

OPTIONS = APIConnectOptions(max_retry=3, timeout=10.0)
LOST = APIConnectionError("lost")
FULL = APIStatusError("full", status_code=503, body={"retry_after_s": 4.0})


def greeted(options: APIConnectOptions = OPTIONS) -> Patience:
    patience = Patience(options)
    patience.begin()
    patience.greeted(0.0)
    return patience


def test_a_stream_that_was_never_greeted_tells_at_once() -> None:
    patience = Patience(OPTIONS)
    patience.begin()
    with pytest.raises(APIConnectionError):
        patience.failed(LOST, 1.0)


def test_a_greeted_stream_resumes_at_once_and_then_ever_later() -> None:
    patience, pauses = greeted(), []
    for now in range(1, 6):
        patience.failed(LOST, now)
        pauses.append(round(patience.pause_s(now), 1))
    assert pauses == [0.0, 0.1, 0.2, 0.5, 1.0]


def test_after_the_timeout_without_progress_the_framework_is_told() -> None:
    patience = greeted()
    for now in range(1, 11):
        patience.failed(LOST, now)
    with pytest.raises(APIConnectionError):
        patience.failed(LOST, 11)
    patience.begin()
    patience.greeted(12)
    with pytest.raises(APIConnectionError):
        patience.failed(LOST, 12.1)  # a greeting alone is no progress


def test_progress_makes_all_well() -> None:
    patience = greeted()
    patience.failed(LOST, 1)
    patience.progressed()
    patience.failed(LOST, 100)
    assert patience.pause_s(100) == 0.0


def test_so_does_a_connection_that_lasted() -> None:
    patience = greeted()
    for hour in range(1, 9):
        patience.failed(LOST, 3600 * hour)
        patience.greeted(3600 * hour)


def test_tries_that_fail_for_long_are_no_connection_that_lasted() -> None:
    patience = greeted()
    patience.failed(LOST, 3600)
    with pytest.raises(APIConnectionError):
        patience.failed(LOST, 3620)


@pytest.mark.parametrize(
    ("error", "options"),
    [
        (APIError("bad key", retryable=False), OPTIONS),
        (LOST, APIConnectOptions(max_retry=0, timeout=10.0)),
    ],
)
def test_where_no_retry_is_of_use_or_allowed_none_is_made(
    error: APIError, options: APIConnectOptions
) -> None:
    with pytest.raises(APIError):
        greeted(options).failed(error, 1.0)


def test_a_full_server_is_given_the_time_it_asks_for_also_by_the_next_start() -> None:
    patience = Patience(OPTIONS)
    patience.begin()
    with pytest.raises(APIStatusError):
        patience.failed(FULL, 1.0)
    patience.begin()
    assert patience.pause_s(2.0) == 3.0


def test_but_no_more_than_the_timeout() -> None:
    patience = greeted()
    patience.failed(APIStatusError("full", status_code=503, body={"retry_after_s": 9e9}), 1.0)
    assert patience.pause_s(1.0) == 10.0
