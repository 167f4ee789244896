"""Whose fault it is, whether trying again can help, and whether the session ends.

SttError
├── ClientError            the client's; trying the same again cannot help
│   ├── InvalidFrame       audio that is not what was declared
│   ├── InvalidMessage     a text frame that is not a JSON object with a type
│   ├── InvalidSetting     a setting out of its range; names it and the allowed values; the
│   │                      session goes on under the old ones where that makes sense
│   ├── MessageTooLarge    a frame over the limit
│   ├── UnknownMessage     a type this server does not know; the session goes on
│   ├── NotFound           a path that nothing is served at
│   ├── OriginNotAllowed   a web page of another site
│   ├── UrlTooLong         a request's URL over the limit
│   └── HeadersTooLarge    a request's header fields over the limit
└── ServerError            ours; trying again may help
    ├── AtCapacity         no room for one more session
    ├── ClientTooSlow      the client does not read what it is sent
    ├── ModelFailed        the model, or the speech model, raised on this audio
    └── ModelUnavailable   the model cannot be loaded; ends start-up
"""

from http import HTTPStatus


class SttError(Exception):
    """``code`` is the error's name on the wire; ``retryable`` whether to try again.

    ``fatal`` tells if a session ends with it. ``http_status`` tells of it before a WebSocket is
    open or without one, ``close_code`` (RFC 6455 and its registry) when it closes.
    """

    code = "internal"
    http_status = HTTPStatus.INTERNAL_SERVER_ERROR
    close_code = 1011  # internal error
    retryable = False
    fatal = True


class ClientError(SttError):
    code = "bad_request"
    http_status = HTTPStatus.BAD_REQUEST
    close_code = 1007  # invalid data


class InvalidFrame(ClientError):
    code = "invalid_frame"


class InvalidMessage(ClientError):
    code = "invalid_message"


class InvalidSetting(ClientError):
    code = "invalid_setting"
    fatal = False

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class MessageTooLarge(ClientError):
    code = "message_too_large"
    http_status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    close_code = 1009  # message too big


class UnknownMessage(ClientError):
    code = "unknown_message"
    fatal = False


class NotFound(ClientError):
    code = "not_found"
    http_status = HTTPStatus.NOT_FOUND


class OriginNotAllowed(ClientError):
    code = "origin_not_allowed"
    http_status = HTTPStatus.FORBIDDEN

    def __init__(self, origin: str) -> None:
        super().__init__(f"origin: {origin} is not allowed; STT_ALLOWED_ORIGINS lists who is")


class UrlTooLong(ClientError):
    code = "url_too_long"
    http_status = HTTPStatus.REQUEST_URI_TOO_LONG


class HeadersTooLarge(ClientError):
    code = "headers_too_large"
    http_status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE


class ServerError(SttError):
    retryable = True


class AtCapacity(ServerError):
    code = "at_capacity"
    http_status = HTTPStatus.SERVICE_UNAVAILABLE
    close_code = 1013  # try again later
    retry_after_s = 5  # a session is rarely shorter


class ClientTooSlow(ServerError):
    code = "client_too_slow"
    close_code = 1013


class ModelFailed(ServerError):
    code = "model_failed"


class ModelUnavailable(ServerError):
    code = "model_unavailable"
    http_status = HTTPStatus.SERVICE_UNAVAILABLE
    retryable = False
