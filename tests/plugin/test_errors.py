"""Each failure by its right name, with the right answer to "shall I try again?"."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from custom_stt_client.errors import from_close, from_server_error, from_session_end
from custom_stt_client.messages import ServerError, SessionEnded
from livekit.agents import APIConnectionError, APIError, APIStatusError, APITimeoutError
from livekit.plugins.custom_stt._errors import to_api_error
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

KEY = "sk-very-secret"


SENT: Any = CIMultiDictProxy(CIMultiDict({"Authorization": f"Bearer {KEY}"}))
REQUEST = aiohttp.RequestInfo(URL(f"ws://host/?token={KEY}"), "GET", SENT, URL("ws://host/"))


def refusal(status: int, **headers: str) -> aiohttp.WSServerHandshakeError:
    return aiohttp.WSServerHandshakeError(
        REQUEST, (), status=status, message="refused", headers=CIMultiDict(headers)
    )


@pytest.mark.parametrize(
    ("status", "retryable", "fix"),
    [
        (101, False, "check api_url"),  # an upgrade, but not to this WebSocket
        (200, False, "check api_url"),
        (302, False, "check api_url"),
        (400, False, "STTOptions"),
        (401, False, "CUSTOM_STT_API_KEY"),
        (403, False, "CUSTOM_STT_API_KEY, the path of api_url"),  # as older servers mean it
        (403, False, "Origin"),
        (404, False, "path of api_url"),
        (999, False, "check api_url"),
        (418, False, "HTTP 418"),
        (429, True, "too many sessions"),
        (500, True, "HTTP 500"),
        (503, True, "full or not ready"),
    ],
)
def test_a_refusal_names_the_fix(status: int, retryable: bool, fix: str) -> None:
    error = to_api_error(refusal(status))
    assert isinstance(error, APIStatusError)
    assert (error.status_code, error.retryable) == (status, retryable)
    assert fix in error.message


def test_a_refusal_keeps_when_to_come_back() -> None:
    error = to_api_error(refusal(503, **{"Retry-After": "7"}))
    assert "retry after 7 s" in error.message
    assert error.body == {"retry_after_s": 7.0}


@pytest.mark.parametrize(
    ("raised", "kind", "retryable"),
    [
        (TimeoutError(), APITimeoutError, True),
        (aiohttp.ServerTimeoutError(), APITimeoutError, True),
        (aiohttp.ClientConnectionResetError(), APIConnectionError, True),
        (aiohttp.ServerDisconnectedError(), APIConnectionError, True),
        (ConnectionResetError(), APIConnectionError, True),
        (OSError("no route to host"), APIConnectionError, True),
        (aiohttp.ClientResponseError(REQUEST, (), message=KEY), APIConnectionError, False),
        (aiohttp.TooManyRedirects(REQUEST, ()), APIConnectionError, False),
        (aiohttp.ClientHttpProxyError(REQUEST, (), status=502), APIConnectionError, True),
        (aiohttp.ClientPayloadError(KEY), APIConnectionError, True),
        (ValueError(KEY), APIError, False),
        (RuntimeError(KEY), APIError, False),
    ],
)
def test_any_exception_becomes_an_api_error_without_its_text(
    raised: Exception, kind: type[APIError], retryable: bool
) -> None:
    error = to_api_error(raised)
    assert (type(error), error.retryable) == (kind, retryable)
    assert KEY not in repr(error)


def test_an_api_error_stays_as_it_is() -> None:
    error = APIError("as it was", retryable=False)
    assert to_api_error(error) is error


@pytest.mark.parametrize("code", [1003, 1007, 1008, 1009])
def test_a_close_for_the_clients_fault_is_not_retried(code: int) -> None:
    error = to_api_error(from_close(code, "why"))
    assert isinstance(error, APIStatusError)
    assert (error.status_code, error.retryable) == (code, False)
    assert error.message.endswith(": why")


@pytest.mark.parametrize("code", [1011, 1012, 1013])
def test_a_close_for_the_servers_state_is_retried(code: int) -> None:
    error = to_api_error(from_close(code, ""))
    assert isinstance(error, APIStatusError)
    assert (error.status_code, error.retryable) == (code, True)


@pytest.mark.parametrize("code", [None, 1000, 1001, 1006, 4000])
def test_any_other_close_is_a_broken_connection(code: int | None) -> None:
    error = to_api_error(from_close(code, ""))
    assert isinstance(error, APIConnectionError)
    assert error.retryable


@pytest.mark.parametrize("retryable", [True, False])
def test_the_servers_own_error_says_itself_if_a_retry_helps(retryable: bool) -> None:
    error = to_api_error(
        from_server_error(ServerError("bad_value", "no such task", retryable, 2.0, "task"))
    )
    assert (error.message, error.retryable) == ("bad_value: no such task", retryable)
    assert error.body == {"code": "bad_value", "field": "task", "retry_after_s": 2.0}


@pytest.mark.parametrize(
    ("reason", "retryable"),
    [("idle_timeout", True), ("max_duration", True), ("server_shutdown", True), ("quota", False)],
)
def test_a_session_ended_by_the_server_is_retried_unless_the_quota_is_used_up(
    reason: str, retryable: bool
) -> None:
    error = to_api_error(from_session_end(SessionEnded(reason, "")))
    assert (type(error), error.body, error.retryable) == (APIError, None, retryable)


def test_no_key_is_in_any_text() -> None:
    for status in (400, 401, 403, 404, 418, 500, 503):
        error = to_api_error(refusal(status))
        assert KEY not in f"{error} {error!r}"
