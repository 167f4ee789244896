"""An error over HTTP: what an error frame says after the upgrade, said before it."""

from http import HTTPStatus

from fastapi import Response

from .errors import (
    AtCapacity,
    HeadersTooLarge,
    NotFound,
    OriginNotAllowed,
    SttError,
    UrlTooLong,
)
from .protocols.native import error_message

STATUS: dict[type[SttError], HTTPStatus] = {
    OriginNotAllowed: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    UrlTooLong: HTTPStatus.REQUEST_URI_TOO_LONG,
    HeadersTooLarge: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    AtCapacity: HTTPStatus.SERVICE_UNAVAILABLE,
}


def refusal(error: SttError) -> Response:
    """Also a WebSocket's: an ASGI application that answers the upgrade with it."""
    headers = {"Retry-After": str(error.retry_after_s)} if isinstance(error, AtCapacity) else {}
    status = STATUS.get(type(error), HTTPStatus.BAD_REQUEST)
    return Response(error_message(error), status, headers, media_type="application/json")


def raw_refusal(error: SttError) -> bytes:
    """The bytes of it, where no application answers."""
    response = refusal(error)
    status = HTTPStatus(response.status_code)
    fields = [*response.raw_headers, (b"connection", b"close")]
    head = b"".join(name + b": " + value + b"\r\n" for name, value in fields)
    line = f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode()
    return line + head + b"\r\n" + bytes(response.body)
