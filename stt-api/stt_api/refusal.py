"""An error over HTTP: what an error frame says after the upgrade, said before it."""

from http import HTTPStatus

from fastapi import Response

from .errors import AtCapacity, NotFound, OriginNotAllowed, SttError
from .protocols.native import error_message

STATUS: dict[type[SttError], HTTPStatus] = {
    OriginNotAllowed: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    AtCapacity: HTTPStatus.SERVICE_UNAVAILABLE,
}


def refusal(error: SttError) -> Response:
    """Also a WebSocket's: an ASGI application that answers the upgrade with it."""
    headers = {"Retry-After": str(error.retry_after_s)} if isinstance(error, AtCapacity) else {}
    status = STATUS.get(type(error), HTTPStatus.BAD_REQUEST)
    return Response(error_message(error), status, headers, media_type="application/json")
