"""Places and shutdown; the sockets are tested with the connection."""

import asyncio

import pytest

from stt_api.decoding.engine import Engine
from stt_api.decoding.job import finals_first
from stt_api.errors import AtCapacity
from stt_api.limits import Limits
from stt_api.service import Service
from stt_api.transcription.local import LocalTranscriptions
from stt_testing.fake_model import FakeModel
from stt_testing.local_app import local_app, loudness_model
from stt_testing.native_client import connection
from stt_testing.sound import pcm, speech


async def test_nobody_is_admitted_before_the_engine_runs() -> None:
    engine = Engine([FakeModel()], finals_first(lambda key: 16))
    service = Service(LocalTranscriptions(engine, loudness_model), Limits(), 1)
    with pytest.raises(AtCapacity, match="not ready"):
        async with service.place():
            pass


async def test_a_place_is_taken_before_anything_is_served_and_free_when_it_is_left() -> None:
    async with local_app(max_sessions=1) as app:
        async with app.service.place("key") as place:
            assert (place.credential, app.service.sessions) == ("key", 1)
            with pytest.raises(AtCapacity, match="all 1 sessions are taken"):
                async with app.service.place():
                    pass
        assert app.service.sessions == 0 and place.left.is_set()


async def test_nobody_is_admitted_while_draining() -> None:
    async with local_app() as app:
        await app.service.drain(1.0)
        with pytest.raises(AtCapacity, match="not ready"):
            async with app.service.place():
                pass


async def test_draining_does_not_wait_for_ever() -> None:
    async with local_app() as app, connection(app.url) as socket:
        app.model.gate.clear()
        await socket.send(pcm(speech(1.0)))
        await asyncio.to_thread(app.model.started.wait, 10)
        await asyncio.wait_for(app.service.drain(0.05), 5)
        assert app.service.sessions == 1
        app.model.gate.set()
