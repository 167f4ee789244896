"""The FastAPI application: routes, and the engine's life."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI, Response, WebSocket
from fastapi.responses import JSONResponse

from . import __version__
from .errors import AtCapacity, SttError
from .protocols.native import NativeProtocol
from .service import Service
from .session.config import SessionConfig


def create_app(service: Service, defaults: SessionConfig, languages: Sequence[str]) -> FastAPI:
    """``defaults`` holds for clients that say nothing else; ``languages`` are the model's."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(service.engine.run())
            yield
            running.cancel()

    app = FastAPI(title="stt-api", version=__version__, lifespan=lifespan)

    @app.get("/health")
    async def health() -> Response:
        """Alive. A dead engine is not: restart the process."""
        return _state(service.engine.alive)

    @app.get("/ready")
    async def ready() -> Response:
        """Model loaded, engine running, not shutting down: send traffic."""
        return _state(service.ready)

    @app.get("/v1/models")
    async def models() -> Response:
        model = {"id": service.engine.name, "object": "model", "created": 0, "owned_by": "stt-api"}
        return JSONResponse({"object": "list", "data": [model]})

    @app.websocket("/ws/transcribe")
    async def transcribe(socket: WebSocket) -> None:
        protocol = NativeProtocol(defaults, languages)
        query = socket.query_params
        try:
            protocol.open({field: query.getlist(field) for field in query})
            service.admit()
        except SttError as error:
            await socket.send_denial_response(_refusal(protocol, error))
        else:
            await service.serve(socket, protocol)

    return app


def _state(good: bool) -> Response:
    return JSONResponse({"status": "ok" if good else "unavailable"}, 200 if good else 503)


def _refusal(protocol: NativeProtocol, error: SttError) -> Response:
    """Say over HTTP, before the upgrade, what an error frame would say after it."""
    headers = {"Retry-After": str(error.retry_after_s)} if isinstance(error, AtCapacity) else {}
    [body] = protocol.encode_error(error)
    status = 503 if isinstance(error, AtCapacity) else 400
    return Response(body, status, headers, media_type="application/json")
