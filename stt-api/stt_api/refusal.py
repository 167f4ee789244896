"""An error over HTTP: what an error frame says after the upgrade, said before it."""

from http import HTTPStatus

from fastapi import Response

from .errors import AtCapacity, SttError
from .protocols.native import error_message


def refusal(error: SttError, body: str = "") -> Response:
    """Also a WebSocket's: an ASGI application that answers the upgrade with it.

    ``body`` is that of the protocol that was asked for; ours where none was.
    """
    headers = {"Retry-After": str(error.retry_after_s)} if isinstance(error, AtCapacity) else {}
    body = body or error_message(error)
    return Response(body, error.http_status, headers, media_type="application/json")


def raw_refusal(error: SttError) -> bytes:
    """The bytes of it, where no application answers."""
    response = refusal(error)
    status = HTTPStatus(response.status_code)
    fields = [*response.raw_headers, (b"connection", b"close")]
    head = b"".join(name + b": " + value + b"\r\n" for name, value in fields)
    line = f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode()
    return line + head + b"\r\n" + bytes(response.body)
