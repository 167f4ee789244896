"""The FastAPI application: routes, and the engine's life."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI, Response, WebSocket
from fastapi.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from . import __version__
from .errors import NotFound, SttError
from .origins import OriginCheck
from .protocols.native import NativeProtocol
from .refusal import refusal
from .service import Service
from .session.config import SessionConfig

PATHS = "/ws/transcribe for WebSockets; /health, /ready and /v1/models for GET"


def create_app(
    service: Service,
    defaults: SessionConfig,
    languages: Sequence[str],
    origins: Collection[str],
) -> FastAPI:
    """``defaults`` holds for clients that say nothing else; ``languages`` are the model's.

    ``origins`` are those of web pages that may use the server, beside its own.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(service.engine.run())
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
        return _state(service.engine.alive)

    @app.head("/ready")
    @app.get("/ready")
    async def ready() -> Response:
        """Model loaded, engine running, not shutting down: send traffic."""
        return _state(service.ready)

    @app.get("/v1/models")
    async def models() -> Response:
        model = {"id": service.engine.name, "object": "model", "created": 0, "owned_by": "stt-api"}
        return JSONResponse({"object": "list", "data": [model]})

    @app.websocket("/ws/transcribe")
    @app.websocket("/ws/transcribe/")  # a WebSocket is not redirected
    async def transcribe(socket: WebSocket) -> None:
        protocol = NativeProtocol(defaults, languages)
        query = socket.query_params
        try:
            protocol.open({field: query.getlist(field) for field in query})
            service.admit()
        except SttError as error:
            await socket.send_denial_response(refusal(error))
        else:
            await service.serve(socket, protocol)

    return app


def _state(good: bool) -> Response:
    return JSONResponse({"status": "ok" if good else "unavailable"}, 200 if good else 503)


async def _not_found(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request or a WebSocket that no route is for."""
    path = scope["path"]
    error = NotFound(f"path: nothing is served at {path}; allowed: {PATHS}")
    await refusal(error)(scope, receive, send)
