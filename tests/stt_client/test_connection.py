"""One WebSocket: where it goes, what keeps it alive, how it ends."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from custom_stt_client.connection import Connection, websocket_url
from custom_stt_client.testing import Call, ScriptedServer, deaf, greet


@pytest.mark.parametrize(
    ("api_url", "url"),
    [
        ("http://localhost:8000", "ws://localhost:8000/ws/transcribe"),
        ("https://stt.example.org/", "wss://stt.example.org/ws/transcribe"),
        ("ws://10.0.0.1:9", "ws://10.0.0.1:9/ws/transcribe"),
        ("wss://example.org/speech/v2", "wss://example.org/speech/v2"),
        ("http://example.org?task=translate", "ws://example.org/ws/transcribe?task=translate"),
        (" http://[::1]:8000\n", "ws://[::1]:8000/ws/transcribe"),
    ],
)
def test_an_address_of_any_form_leads_to_the_websocket(api_url: str, url: str) -> None:
    assert str(websocket_url(api_url)) == url


@pytest.mark.parametrize("api_url", ["localhost:8000", "ftp://host", "/ws", "http://", ""])
def test_what_is_no_address_is_refused_with_the_allowed_forms(api_url: str) -> None:
    with pytest.raises(ValueError, match="api_url must be an http://, https://"):
        websocket_url(api_url)


def test_credentials_in_the_address_are_refused_and_not_repeated() -> None:
    with pytest.raises(ValueError, match="use api_key") as raised:
        websocket_url("http://user:hunter2@host")
    assert "hunter2" not in str(raised.value)


async def test_a_keepalive_is_sent_while_no_audio_flows() -> None:
    async def wait_for_keepalives(call: Call) -> None:
        await call.hear("keepalive")
        await call.hear("keepalive")

    async with ScriptedServer(wait_for_keepalives) as server, aiohttp.ClientSession() as session:
        ws = await session.ws_connect(f"{server.url}/ws/transcribe")
        connection = Connection(ws, keepalive_s=0.001)
        keeping = asyncio.create_task(connection.keep_alive())
        await asyncio.wait_for(server.calls[0].ended.wait(), 5)
        keeping.cancel()
        await connection.close()


async def test_a_server_that_ends_idle_sessions_soon_gets_keepalives_sooner() -> None:
    async def end_idle_sessions_soon(call: Call) -> None:
        await call.say("ready", session_id="s", model="m", limits={"idle_timeout_s": 0.002})
        await call.hear("keepalive")

    async with ScriptedServer(end_idle_sessions_soon) as server, aiohttp.ClientSession() as session:
        connection = await open_connection(session, server)
        keeping = asyncio.create_task(connection.keep_alive())
        await connection.messages(5).__anext__()
        await asyncio.wait_for(server.calls[0].ended.wait(), 4)
        keeping.cancel()
        await connection.close()


async def test_after_the_end_of_the_stream_nothing_is_kept_alive() -> None:
    async with ScriptedServer(Call.hear_out) as server, aiohttp.ClientSession() as session:
        ws = await session.ws_connect(f"{server.url}/ws/transcribe")
        connection = Connection(ws, keepalive_s=0.0)
        await connection.end()
        keeping = asyncio.create_task(connection.keep_alive())
        for _ in range(100):
            await asyncio.sleep(0)
        keeping.cancel()
        await connection.close()
        await server.calls[0].ended.wait()
    assert server.calls[0].messages == [{"type": "end_of_stream"}]


async def test_close_says_the_end_once_and_can_be_repeated() -> None:
    async with ScriptedServer(Call.hear_out) as server, aiohttp.ClientSession() as session:
        connection = await open_connection(session, server)
        await connection.end()
        await connection.close()
        await connection.close()
        await server.calls[0].ended.wait()
    assert server.calls[0].messages == [{"type": "end_of_stream"}]


async def test_close_is_bounded_when_the_server_reads_nothing_and_the_socket_is_full() -> None:
    async with ScriptedServer(deaf) as server, aiohttp.ClientSession() as session:
        connection = await open_connection(session, server)
        filling = asyncio.create_task(fill(connection))
        done, _ = await asyncio.wait({filling}, timeout=0.2)
        assert not done
        filling.cancel()
        await asyncio.wait_for(connection.close(), 2)


async def test_close_is_bounded_when_the_server_does_not_stop_talking() -> None:
    async def talk(call: Call) -> None:
        while True:
            await call.say("configured")
            await asyncio.sleep(0.01)

    async with ScriptedServer(talk) as server, aiohttp.ClientSession() as session:
        connection = await open_connection(session, server)
        await asyncio.wait_for(connection.close(), 2)


async def test_no_cancellation_is_lost_while_a_connection_closes() -> None:
    async with ScriptedServer(Call.hear_out) as server, aiohttp.ClientSession() as session:
        for ticks in range(40):
            connection = await open_connection(session, server)
            closing = asyncio.create_task(connection.close())
            for _ in range(ticks):
                await asyncio.sleep(0)
            cancelled = closing.cancel()
            await asyncio.wait({closing})
            assert closing.cancelled() is cancelled


async def test_binary_from_the_server_is_ignored() -> None:
    async def say_bytes(call: Call) -> None:
        await call.say_raw(b"\0")
        await greet(call)

    async with ScriptedServer(say_bytes) as server, aiohttp.ClientSession() as session:
        connection = await open_connection(session, server)
        messages = connection.messages(5)
        message = await messages.__anext__()
        await connection.close()
    assert type(message).__name__ == "Ready"


async def open_connection(
    session: aiohttp.ClientSession, server: ScriptedServer, api_key: str | None = None
) -> Connection:
    return await Connection.open(session, websocket_url(server.url), api_key, 5)


async def fill(connection: Connection) -> None:
    while True:
        await connection.send_audio(bytes(1 << 20))
