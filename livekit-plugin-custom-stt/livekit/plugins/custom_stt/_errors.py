"""Every failure of a connection as LiveKit's APIError: whose fault, and is a retry of use.

    APITimeoutError      nothing came in time                      retry
    APIConnectionError   no server, or the socket broke            retry
                         no HTTP server                            no retry
    APIStatusError       the server refused, by HTTP status or     see the tables
                         by WebSocket close code
                         an HTTP answer that refuses nothing       no retry
    APIError             the server said ``error``                 as it says
                         a message or failure nobody foresaw       no retry

Messages name the fix and hold no header, key or query string. Raise them ``from None``:
aiohttp's own exceptions carry the request. They do not carry the body of a refusal, which it
discards: what is said of a status has to be true for every reason that a server may have.
"""

from __future__ import annotations

import asyncio
import traceback

import aiohttp
from livekit.agents import APIConnectionError, APIError, APIStatusError, APITimeoutError

from ._messages import ServerError, SessionEnded
from .log import logger

_FIXES = {
    400: "the server refused the settings: check STTOptions and the query of api_url",
    401: "the server refused the API key: set api_key or CUSTOM_STT_API_KEY",
    403: "the server refused this client: check api_key or CUSTOM_STT_API_KEY, the path of api_url"
    " or CUSTOM_STT_URL, and the Origin header if http_session sends one",
    404: "no speech-to-text endpoint there: check the path of api_url or CUSTOM_STT_URL",
    429: "too many sessions for this API key",
    503: "the server is full or not ready",
}

_WRONG_ADDRESS = "no speech-to-text server answers there: check api_url or CUSTOM_STT_URL"

# An answer that is not HTTP, and redirects without end. Of the subclasses, a proxy's may pass.
_NO_SERVER = (aiohttp.ClientResponseError, aiohttp.TooManyRedirects)

_CLOSE_CODES = {  # code: (what it means, retryable)
    1003: ("the server cannot read this kind of audio", False),
    1007: ("the server could not read a message", False),
    1008: ("the server refused the API key, or its quota is used up", False),
    1009: ("a message was too large for the server", False),
    1011: ("the model failed", True),
    1012: ("the server is shutting down", True),
    1013: ("the server is full", True),
}


def to_api_error(error: Exception) -> APIError:
    """Total: the framework stays deaf for the rest of a call after any other exception."""
    if isinstance(error, APIError):
        return error
    if isinstance(error, aiohttp.WSServerHandshakeError):
        return _refusal(error)
    if type(error) in _NO_SERVER:
        return APIConnectionError(_WRONG_ADDRESS, retryable=False)
    if isinstance(error, (asyncio.TimeoutError, TimeoutError)):
        return APITimeoutError("the speech-to-text server did not answer in time")
    if isinstance(error, aiohttp.ClientConnectorError):
        return APIConnectionError(
            "no connection to the speech-to-text server: is it running, and is its address"
            f" in api_url or CUSTOM_STT_URL? ({type(error).__name__})"
        )
    if isinstance(error, (aiohttp.ClientError, OSError)):
        return APIConnectionError(
            f"the connection to the speech-to-text server broke ({type(error).__name__})"
        )
    where = "".join(traceback.format_tb(error.__traceback__))  # without the error's text
    extra = {"error_type": type(error).__name__, "traceback": where}
    logger.error("unforeseen failure", extra=extra)
    return APIError(f"unforeseen failure: {type(error).__name__}", retryable=False)


def from_close(code: int | None, reason: str) -> APIError:
    """The socket was closed before the session had ended; None when nobody said why."""
    if code not in _CLOSE_CODES:
        how = f"was closed with {code}" if code else "broke"
        return APIConnectionError(f"the connection to the speech-to-text server {how}")
    meaning, retryable = _CLOSE_CODES[code]
    message = f"{meaning}: {reason}" if reason else meaning
    return APIStatusError(message, status_code=code, retryable=retryable)


def from_server_error(error: ServerError) -> APIError:
    body = {"code": error.code, "field": error.field, "retry_after_s": error.retry_after}
    given = {name: value for name, value in body.items() if value is not None}
    return APIError(f"{error.code}: {error.message}", body=given, retryable=error.retryable)


def from_session_end(ended: SessionEnded) -> APIError:
    """The server ended a session whose audio goes on."""
    message = f"the server ended the session: {ended.reason}"
    if ended.message:
        message += f" ({ended.message})"
    return APIError(message, retryable=ended.reason != "quota")


def _refusal(error: aiohttp.WSServerHandshakeError) -> APIStatusError:
    if not 400 <= error.status < 600:  # no refusal: some other server, or a proxy, is at home
        message = f"{_WRONG_ADDRESS} (HTTP {error.status})"
        return APIStatusError(message, status_code=error.status, retryable=False)
    message = _FIXES.get(error.status, f"the server refused the connection: HTTP {error.status}")
    retry_after = error.headers.get("Retry-After", "") if error.headers else ""
    if not retry_after.isdecimal():  # none, or a date
        return APIStatusError(message, status_code=error.status)
    return APIStatusError(
        f"{message}; retry after {retry_after} s",
        status_code=error.status,
        body={"retry_after_s": float(retry_after)},
    )
