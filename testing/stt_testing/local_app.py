"""The server on a real socket, in this process, around a model of the test's."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from stt_api.config import Settings
from stt_api.decoding.engine import Engine
from stt_api.decoding.job import finals_first
from stt_api.limits import Limits
from stt_api.listener import bind, url
from stt_api.server import Server, build_server
from stt_api.service import Service
from stt_api.session.audio import Samples
from stt_api.session.config import SessionConfig
from stt_api.session.vad import CONTEXT, Probabilities, SpeechModel, States

from .fake_model import FakeModel
from .sound import loudness
from .waiting import until


@dataclass(frozen=True, slots=True)
class LocalApp:
    url: str
    server: Server
    service: Service
    engine: Engine
    model: FakeModel


def loudness_model(audio: Samples, states: States) -> tuple[Probabilities, States]:
    return np.array([loudness(row[CONTEXT:]) for row in audio], np.float32), states


@asynccontextmanager
async def local_app(
    limits: Limits = Limits(),  # noqa: B008 (frozen)
    max_sessions: int = 100,
    defaults: SessionConfig = SessionConfig(),  # noqa: B008 (frozen)
    speech_model: SpeechModel = loudness_model,
    **settings: Any,
) -> AsyncIterator[LocalApp]:
    """``settings`` are those of the server that are no limit of a session."""
    model = FakeModel()
    chosen = Settings(**asdict(limits), max_sessions=max_sessions, **settings)
    engine = Engine([model], finals_first(lambda key: 16))
    server = build_server(chosen, engine, defaults, speech_model)
    [bound] = bind("127.0.0.1", 0)
    serving = asyncio.create_task(server.serve([bound]))
    await until(lambda: server.started)
    try:
        yield LocalApp(url(bound), server, server.service, engine, model)
    finally:
        model.gate.set()
        server.should_exit = True
        await serving
