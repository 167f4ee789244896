"""The server's application on a real socket, in this process, around a model of the test's."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn
from fake_model import FakeModel
from sound import loudness

from stt_api.app import create_app
from stt_api.engine.engine import Engine, finals_first
from stt_api.protocols.base import Limits
from stt_api.service import Service
from stt_api.session.audio import Samples
from stt_api.session.config import SessionConfig
from stt_api.session.vad import CONTEXT, State

LANGUAGES = ("de", "en")


@dataclass(frozen=True, slots=True)
class LocalApp:
    url: str
    service: Service
    model: FakeModel


def loudness_model(audio: Samples, hidden: State, cell: State) -> tuple[float, State, State]:
    return loudness(audio[CONTEXT:]), hidden, cell


@asynccontextmanager
async def local_app(
    limits: Limits = Limits(),  # noqa: B008 (frozen)
    max_sessions: int = 100,
    defaults: SessionConfig = SessionConfig(),  # noqa: B008 (frozen)
) -> AsyncIterator[LocalApp]:
    model = FakeModel()
    service = Service(Engine([model], finals_first(16)), loudness_model, limits, max_sessions)
    app = create_app(service, defaults, LANGUAGES)
    config = uvicorn.Config(app, port=0, log_config=None, ws_max_size=2 * limits.max_message_bytes)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.001)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield LocalApp(f"http://127.0.0.1:{port}", service, model)
    finally:
        model.gate.set()
        server.should_exit = True
        await serving
