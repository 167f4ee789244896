"""How a server ends. What its clients are told then is tested with the connection."""

import asyncio
import signal
from collections.abc import Iterator

import httpx
import pytest

from stt_testing.local_app import local_app
from stt_testing.native_client import connection
from stt_testing.sound import pcm, speech


@pytest.fixture
def nohup() -> Iterator[None]:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGHUP, before)


async def test_under_nohup_a_terminal_may_close(nohup: None) -> None:
    async with local_app() as app:
        signal.raise_signal(signal.SIGHUP)
        assert not app.server.should_exit


async def test_a_session_that_waits_for_the_model_does_not_keep_a_server_from_its_end() -> None:
    async with local_app(shutdown_timeout_s=0.1) as app, connection(app.url) as socket:
        app.model.gate.clear()
        await socket.send(pcm(speech(1.0)))
        await asyncio.to_thread(app.model.started.wait, 10)
        app.server.should_exit = True
        await socket.wait_closed()


async def test_a_request_that_takes_for_ever_does_not_keep_a_server_from_its_end() -> None:
    async with local_app(shutdown_timeout_s=0.1) as app, httpx.AsyncClient() as client:
        begun = asyncio.Event()

        @app.server.app.get("/for/ever")
        async def wait() -> None:
            begun.set()
            await asyncio.Event().wait()

        asking = asyncio.create_task(client.get(f"{app.url}/for/ever"))
        await begun.wait()
        app.server.should_exit = True
        with pytest.raises(httpx.RemoteProtocolError):
            await asking
