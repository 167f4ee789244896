"""The client's failures as LiveKit's APIErrors: whose fault, and is a retry of use.

ServerTimeout         APITimeoutError
ConnectionFailed      APIConnectionError
Refused, its kinds    APIStatusError, by HTTP status or WebSocket close code
SessionFailed         APIError, with code, field and retry_after_s in its body
any other             APIError
"""

from __future__ import annotations

from custom_stt_client.errors import (
    ConnectionFailed,
    Refused,
    ServerTimeout,
    SessionFailed,
    SttError,
    to_stt_error,
)
from livekit.agents import APIConnectionError, APIError, APIStatusError, APITimeoutError

from .log import logger

_MESSAGES = {  # where the fix has another name here
    400: "the server refused the settings: check STTOptions and the query of api_url",
}


def to_api_error(error: Exception) -> APIError:
    """Map any exception to an APIError. LiveKit ends the stream for good on any other type."""
    if isinstance(error, APIError):
        return error
    error = to_stt_error(error, logger)
    if isinstance(error, ServerTimeout):
        return APITimeoutError(error.message)
    if isinstance(error, ConnectionFailed):
        return APIConnectionError(error.message, retryable=error.retryable)
    if isinstance(error, Refused):
        return APIStatusError(
            _MESSAGES.get(error.status_code, error.message),
            status_code=error.status_code,
            body=_body(error),
            retryable=error.retryable,
        )
    return APIError(error.message, body=_body(error), retryable=error.retryable)


def _body(error: SttError) -> dict[str, object] | None:
    """Return what else the server said, if anything."""
    said: dict[str, object | None] = {"retry_after_s": error.retry_after_s}
    if isinstance(error, SessionFailed):
        said = {"code": error.code, "field": error.field, **said}
    return {name: value for name, value in said.items() if value is not None} or None
