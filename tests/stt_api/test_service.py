"""Places and shutdown; the sockets are tested with the connection."""

import asyncio

import pytest
from fake_model import FakeModel
from local_app import local_app, loudness_model
from sound import pcm, speech

from native_client import connection
from stt_api.engine.engine import Engine
from stt_api.engine.job import finals_first
from stt_api.errors import AtCapacity
from stt_api.protocols.base import Limits
from stt_api.service import Service


async def test_nobody_is_admitted_before_the_engine_runs() -> None:
    service = Service(
        Engine([FakeModel()], finals_first(lambda key: 16)), loudness_model, Limits(), 1
    )
    with pytest.raises(AtCapacity, match="not ready"):
        service.admit()


async def test_nobody_is_admitted_while_draining() -> None:
    async with local_app() as app:
        await app.service.drain(1.0)
        with pytest.raises(AtCapacity, match="not ready"):
            app.service.admit()


async def test_draining_does_not_wait_for_ever() -> None:
    async with local_app() as app, connection(app.url) as socket:
        app.model.gate.clear()
        await socket.send(pcm(speech(1.0)))
        await asyncio.to_thread(app.model.started.wait, 10)
        await asyncio.wait_for(app.service.drain(0.05), 5)
        assert app.service.sessions == 1
        app.model.gate.set()
