"""The FastAPI application: routes, and the life of the model behind them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager

from fastapi import FastAPI, Response, WebSocket
from fastapi.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from . import __version__
from .errors import NotFound, SttError
from .origins import OriginCheck
from .protocols.contract import Handshake, WireProtocol
from .refusal import refusal
from .service import Service

PATHS = "/ws/transcribe for WebSockets; /health, /ready and /v1/models for GET"


def create_app(
    service: Service,
    protocols: Mapping[str, Callable[[], WireProtocol]],
    origins: Collection[str],
) -> FastAPI:
    """``protocols`` tells what is spoken at each path.

    ``origins`` are those of web pages that may use the server, beside its own.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(service.transcriptions.run())
            yield
            running.cancel()

    # No page of documentation: it would load scripts from elsewhere, and knows no WebSockets.
    app = FastAPI(title="stt-api", version=__version__, lifespan=lifespan, openapi_url=None)
    app.add_middleware(OriginCheck, allowed=origins)
    app.router.default = _not_found

    @app.head("/health")
    @app.get("/health")
    async def health() -> Response:
        """Alive. A dead engine is not: restart the process."""
        return _state(service.transcriptions.alive)

    @app.head("/ready")
    @app.get("/ready")
    async def ready() -> Response:
        """Model loaded, engine running, not shutting down: send traffic."""
        return _state(service.ready)

    @app.get("/v1/models")
    async def models() -> Response:
        name = service.transcriptions.name
        model = {"id": name, "object": "model", "created": 0, "owned_by": "stt-api"}
        return JSONResponse({"object": "list", "data": [model]})

    for path, protocol in protocols.items():
        app.add_api_websocket_route(path, _transcribe(service, protocol))
        app.add_api_websocket_route(f"{path}/", _transcribe(service, protocol))  # not redirected

    return app


def _transcribe(
    service: Service, new_protocol: Callable[[], WireProtocol]
) -> Callable[[WebSocket], Awaitable[None]]:
    async def transcribe(socket: WebSocket) -> None:
        protocol = new_protocol()
        try:
            accepted = protocol.open(_handshake(socket))
            async with service.place(accepted.credential) as place:
                await service.serve(socket, protocol, accepted, place)
        except SttError as error:  # before the upgrade: later ones are told by the connection
            await socket.send_denial_response(refusal(error, protocol.refusal(error)))

    return transcribe


def _handshake(socket: WebSocket) -> Handshake:
    query = socket.query_params
    return Handshake(
        path=socket.url.path,
        query={field: query.getlist(field) for field in query},
        headers=socket.headers,
        subprotocols=socket.scope.get("subprotocols", ()),
    )


def _state(good: bool) -> Response:
    return JSONResponse({"status": "ok" if good else "unavailable"}, 200 if good else 503)


async def _not_found(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request or a WebSocket that no route is for."""
    path = scope["path"]
    error = NotFound(f"path: nothing is served at {path}; allowed: {PATHS}")
    await refusal(error)(scope, receive, send)
