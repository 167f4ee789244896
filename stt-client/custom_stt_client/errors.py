"""Every failure of a session, by whose fault it is; each says whether a retry is of use.

    ServerTimeout         nothing came in time                       retry
    ConnectionFailed      no server, or the socket broke             retry
                          no speech-to-text server at that address   no retry
    Refused               by HTTP status or WebSocket close code     see the tables
      AuthenticationFailed  for its key, or its quota                no retry
      ServerFull            for want of room                         retry
    SessionFailed         the server said ``error``                  as it says
    SessionInterrupted    the server ended a session early           retry, but for a quota
    ProtocolError         a message that cannot be understood        no retry
    SlowConsumer          more events wait than their reader said    no retry
    SessionClosed         a session is used that has not begun, or   no retry
                          that is over
    CallbackFailed        a callback raised; told to "error" alone   no retry
    MicrophoneUnavailable no microphone; in ``microphone``           no retry
    SttError itself       a failure that nobody foresaw              no retry

Messages name the fix and hold no header, key or query string. Raise them ``from None``:
aiohttp's own exceptions carry the request. They do not carry the body of a refusal, which it
discards: what is said of a status has to be true for every reason that a server may have.
"""

from __future__ import annotations

import asyncio
import logging
import traceback

import aiohttp

from .messages import ServerError, SessionEnded

_FIXES = {
    400: "the server refused the settings: check StreamOptions and the query of api_url",
    401: "the server refused the API key: set api_key or CUSTOM_STT_API_KEY",
    403: "the server refused this client: check api_key or CUSTOM_STT_API_KEY, the path of api_url"
    " or CUSTOM_STT_URL, and the Origin header if http_session sends one",
    404: "no speech-to-text endpoint there: check the path of api_url or CUSTOM_STT_URL",
    429: "too many sessions for this API key",
    503: "the server is full or not ready",
}
_TRANSIENT_STATUSES = (408, 429, 499)  # of 4xx; any other will fail again

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


class SttError(Exception):
    """A failure. ``retryable`` tells if trying again later may help, as it is."""

    def __init__(
        self, message: str, *, retryable: bool, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.retryable = retryable
        self.retry_after_s = retry_after_s  # how long the server asks to be left alone


class ServerTimeout(SttError, TimeoutError):
    """The server did not answer in time."""

    def __init__(self, message: str = "the speech-to-text server did not answer in time") -> None:
        super().__init__(message, retryable=True)


class ConnectionFailed(SttError, ConnectionError):
    """There is no connection to the server, or there is none any more."""


class Refused(SttError):
    """The server refused the session, by an HTTP status or a WebSocket close code."""

    def __init__(
        self,
        message: str,
        *,
        status_code: int,
        retryable: bool,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, retryable=retryable, retry_after_s=retry_after_s)
        self.status_code = status_code


class AuthenticationFailed(Refused):
    """The server refused the API key or this client, or the key's quota is used up."""


class ServerFull(Refused):
    """The server has no room at the moment."""


class SessionFailed(SttError):
    """The server said that it failed; ``code`` is its word for it, ``field`` a setting's name."""

    def __init__(
        self,
        message: str,
        *,
        retryable: bool,
        code: str,
        field: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, retryable=retryable, retry_after_s=retry_after_s)
        self.code = code
        self.field = field


class SessionInterrupted(SttError):
    """The server ended a session whose audio goes on; ``reason`` is its word for why."""

    def __init__(self, message: str, *, retryable: bool, reason: str) -> None:
        super().__init__(message, retryable=retryable)
        self.reason = reason


class ProtocolError(SttError):
    """The server said what this client cannot understand, and will say it again."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=False)


class SlowConsumer(SttError):
    """Events came faster than they were read, and the buffer for them is full."""

    def __init__(self, max_events: int) -> None:
        super().__init__(
            f"{max_events} events wait to be read: read faster, raise max_events,"
            " or let interims be lost with overflow='drop_interims'",
            retryable=False,
        )


class SessionClosed(SttError):
    """A session takes nothing: it has not begun, its input has ended, or it is over."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=False)


class CallbackFailed(SttError):
    """A callback raised an exception, which is the ``__cause__``."""

    def __init__(self, event: str) -> None:
        super().__init__(f"a callback for {event!r} failed", retryable=False)
        self.event = event


_KINDS: dict[int, type[Refused]] = {  # by HTTP status and close code; else Refused
    401: AuthenticationFailed,
    403: AuthenticationFailed,
    1008: AuthenticationFailed,
    429: ServerFull,
    503: ServerFull,
    1013: ServerFull,
}


def to_stt_error(error: Exception, log: logging.Logger) -> SttError:
    """Map any exception. What nobody foresaw is logged, without its text."""
    if isinstance(error, SttError):
        return error
    if isinstance(error, aiohttp.WSServerHandshakeError):
        return _refusal(error)
    if type(error) in _NO_SERVER:
        return ConnectionFailed(_WRONG_ADDRESS, retryable=False)
    if isinstance(error, (asyncio.TimeoutError, TimeoutError)):
        return ServerTimeout()
    if isinstance(error, aiohttp.ClientConnectorError):
        return ConnectionFailed(
            "no connection to the speech-to-text server: is it running, and is its address"
            f" in api_url or CUSTOM_STT_URL? ({type(error).__name__})",
            retryable=True,
        )
    if isinstance(error, (aiohttp.ClientError, OSError)):
        message = f"the connection to the speech-to-text server broke ({type(error).__name__})"
        return ConnectionFailed(message, retryable=True)
    where = "".join(traceback.format_tb(error.__traceback__))  # without the error's text
    extra = {"error_type": type(error).__name__, "traceback": where}
    log.error("unforeseen failure", extra=extra)
    return SttError(f"unforeseen failure: {type(error).__name__}", retryable=False)


def from_close(code: int | None, reason: str) -> SttError:
    """Map a close before the session had ended; ``code`` None: nobody said why."""
    if code not in _CLOSE_CODES:
        how = f"was closed with {code}" if code else "broke"
        message = f"the connection to the speech-to-text server {how}"
        return ConnectionFailed(message, retryable=True)
    meaning, retryable = _CLOSE_CODES[code]
    message = f"{meaning}: {reason}" if reason else meaning
    return _KINDS.get(code, Refused)(message, status_code=code, retryable=retryable)


def from_server_error(error: ServerError) -> SessionFailed:
    return SessionFailed(
        f"{error.code}: {error.message}",
        retryable=error.retryable,
        code=error.code,
        field=error.field,
        retry_after_s=error.retry_after,
    )


def from_session_end(ended: SessionEnded) -> SessionInterrupted:
    """Map the end of a session whose audio goes on."""
    message = f"the server ended the session: {ended.reason}"
    if ended.message:
        message += f" ({ended.message})"
    retryable = ended.reason != "quota"
    return SessionInterrupted(message, retryable=retryable, reason=ended.reason)


def _refusal(error: aiohttp.WSServerHandshakeError) -> Refused:
    status = error.status
    if not 400 <= status < 600:  # no refusal: some other server, or a proxy, is at home
        message = f"{_WRONG_ADDRESS} (HTTP {status})"
        return Refused(message, status_code=status, retryable=False)
    message = _FIXES.get(status, f"the server refused the connection: HTTP {status}")
    retry_after = error.headers.get("Retry-After", "") if error.headers else ""
    retryable = status >= 500 or status in _TRANSIENT_STATUSES
    kind = _KINDS.get(status, Refused)
    if not retry_after.isdecimal():  # none, or a date
        return kind(message, status_code=status, retryable=retryable)
    return kind(
        f"{message}; retry after {retry_after} s",
        status_code=status,
        retryable=retryable,
        retry_after_s=float(retry_after),
    )
