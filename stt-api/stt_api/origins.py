"""Which web pages may use the server.

A browser lets any page that its user has open send requests to any server that its machine
reaches, one that listens on loopback included. It says in the header Origin whose page it is.
Programs that are no browsers send none, and are served.
"""

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from .errors import OriginNotAllowed
from .refusal import refusal

EVERY = "*"
HARMLESS = ("GET", "HEAD", "OPTIONS")  # a page cannot read the answers of another site


class OriginCheck:
    """Refuse what pages of other sites ask the application ``app`` to do."""

    def __init__(self, app: ASGIApp, allowed: Collection[str]) -> None:
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if scope["type"] == "websocket" or scope.get("method", "GET") not in HARMLESS:
            headers = Headers(scope=scope)
            for origin in headers.getlist("origin"):
                if not may_use(origin, headers.get("host", ""), self._allowed):
                    app = refusal(OriginNotAllowed(origin))
        await app(scope, receive, send)


def may_use(origin: str, host: str, allowed: Collection[str]) -> bool:
    """Tell if a page of ``origin`` (scheme, host and port) may use the server named ``host``."""
    origin = origin.lower()
    same = origin.partition("://")[2] == host.lower() != ""
    return same or EVERY in allowed or origin in allowed
