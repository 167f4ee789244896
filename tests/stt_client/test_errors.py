"""Each failure by its right name; the plugin's tests have every status and close code."""

from __future__ import annotations

import logging
from typing import Any

import aiohttp
import pytest
from custom_stt_client.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    ProtocolError,
    Refused,
    ServerFull,
    SttError,
    from_close,
    from_server_error,
    to_stt_error,
)
from custom_stt_client.log import logger
from custom_stt_client.messages import ServerError
from multidict import CIMultiDict

NO_REQUEST: Any = None


def refusal(status: int, **headers: str) -> SttError:
    error = aiohttp.WSServerHandshakeError(
        NO_REQUEST, (), status=status, headers=CIMultiDict(headers)
    )
    return to_stt_error(error, logger)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (refusal(400), Refused),
        (refusal(401), AuthenticationFailed),
        (refusal(403), AuthenticationFailed),
        (refusal(404), Refused),
        (refusal(429), ServerFull),
        (refusal(503), ServerFull),
        (from_close(1007, ""), Refused),
        (from_close(1008, ""), AuthenticationFailed),
        (from_close(1013, ""), ServerFull),
        (from_close(1006, ""), ConnectionFailed),
    ],
)
def test_a_refusal_is_of_the_kind_that_tells_what_to_do(
    error: SttError, kind: type[SttError]
) -> None:
    assert type(error) is kind


def test_a_full_server_tells_when_to_come_back() -> None:
    assert refusal(503, **{"Retry-After": "7"}).retry_after_s == 7.0
    assert refusal(503, **{"Retry-After": "Wed, 21 Oct 2026"}).retry_after_s is None


def test_the_usual_kinds_of_python_catch_timeouts_and_lost_connections() -> None:
    assert isinstance(to_stt_error(TimeoutError(), logger), TimeoutError)
    assert isinstance(to_stt_error(aiohttp.ClientOSError(), logger), ConnectionError)


def test_an_error_of_the_server_names_its_code_and_the_setting_at_fault() -> None:
    error = from_server_error(ServerError("bad_value", "no such task", False, None, "task"))
    assert (error.code, error.field, error.retryable) == ("bad_value", "task", False)


def test_what_nobody_foresaw_is_logged_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "custom_stt_client"):
        error = to_stt_error(ValueError("my card number"), logger)
    assert (type(error), error.retryable) == (SttError, False)
    [record] = caplog.records
    assert record.__dict__["error_type"] == "ValueError"
    assert "card" not in f"{record.__dict__} {error}"


def test_an_error_stays_as_it_is() -> None:
    error = ProtocolError("as it was")
    assert to_stt_error(error, logger) is error
