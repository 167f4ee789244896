"""WebSockets that do not end by themselves, on a real server."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from stt_api.limits import Limits
from stt_api.websocket_protocol import WebSocketProtocol
from stt_testing.local_app import LocalApp, local_app
from stt_testing.native_client import connection
from stt_testing.raw_client import (
    CLOSE,
    NO_TEXT,
    UPGRADE,
    all_closed,
    leave_unread,
    small_socket,
    stream,
)
from stt_testing.waiting import until


async def test_a_silent_session_outlives_the_time_for_a_handshake() -> None:
    async with (
        local_app(handshake_timeout_s=0.1) as app,
        connection(app.url) as socket,
        stream(app) as (reader, _),
    ):
        await reader.read(-1)  # until a later connection is closed
        await socket.send('{"type":"finalize","id":1}')
        await socket.recv()
        assert json.loads(await socket.recv())["id"] == 1


async def test_a_session_counts_as_a_connection_until_its_socket_is_gone() -> None:
    async with local_app() as app:
        async with connection(app.url) as socket:
            await socket.recv()
            assert len(app.server.config.admission) == 1
        await all_closed(app)
        assert len(app.server.config.admission) == 0


@asynccontextmanager
async def deaf(app: LocalApp) -> AsyncIterator[ClientConnection]:
    """Open a session and do not read."""
    url = app.url.replace("http", "ws", 1) + "/ws/transcribe"
    opened = await connect(url, sock=await small_socket(app), ping_interval=None)
    opened.transport.pause_reading()
    try:
        yield opened
    finally:
        opened.transport.abort()


async def flood(socket: ClientConnection, question: str) -> None:
    with suppress(ConnectionClosed):
        while True:
            await socket.send(question)


async def test_a_session_that_ends_takes_the_socket_of_who_does_not_read_with_it() -> None:
    async with local_app(Limits(send_timeout_s=0.2)) as app, deaf(app) as socket:
        flooding = asyncio.create_task(flood(socket, json.dumps({"type": "x" * 60_000})))
        await all_closed(app)
        flooding.cancel()


async def test_a_client_that_does_not_close_is_closed() -> None:
    async with (
        local_app(Limits(send_timeout_s=0.2)) as app,
        stream(app, f"{UPGRADE}\r\n") as (reader, writer),
    ):
        await reader.readuntil(b'"ready"')
        writer.write(b"\x81\x84\0\0\0\0stop")  # a text frame, and no reply to what follows
        await all_closed(app)


async def test_pings_without_end_take_no_memory_and_the_last_is_answered() -> None:
    ping = b"\x89\xfd\0\0\0\0" + bytes(125)
    async with local_app() as app, deaf(app) as socket:
        [served] = app.server.server_state.connections
        for _ in range(150):  # more than the buffers of the kernel hold
            socket.transport.write(ping * 1000)
            await until(lambda: not socket.transport.get_write_buffer_size())
        answered = await socket.ping()
        assert served.transport.get_write_buffer_size() < 1 << 20
        socket.transport.resume_reading()
        await asyncio.wait_for(answered, 20)


def is_upgraded(app: LocalApp) -> bool:
    [served] = app.server.server_state.connections
    return isinstance(served, WebSocketProtocol)


NO_HANDSHAKES = [UPGRADE.replace(": 13", ": 12"), f"{UPGRADE}Content-Length: 4\r\n"]


@pytest.mark.parametrize("sent", NO_HANDSHAKES)
async def test_a_client_that_does_not_read_why_it_gets_no_websocket_is_closed(sent: str) -> None:
    async with (
        local_app(Limits(send_timeout_s=0.2)) as app,
        stream(app) as (_, writer),
    ):
        await leave_unread(app, writer)
        writer.write(f"{sent}\r\nbody".encode())
        await all_closed(app)


@pytest.mark.parametrize("sent", NO_HANDSHAKES)
async def test_a_server_ends_beside_a_client_that_does_not_read_why_it_gets_no_websocket(
    sent: str,
) -> None:
    async with local_app(shutdown_timeout_s=0.1) as app, stream(app) as (_, writer):
        await leave_unread(app, writer)
        writer.write(f"{sent}\r\nbody".encode())
        await until(lambda: is_upgraded(app))
        app.server.should_exit = True
        await all_closed(app)


async def test_a_server_ends_beside_a_client_that_has_closed_and_does_not_read() -> None:
    async with local_app(shutdown_timeout_s=0.1) as app, deaf(app) as socket:
        [served] = app.server.server_state.connections
        question = json.dumps({"type": "x" * 20_000})
        while not served.transport.get_write_buffer_size():
            await socket.send(question)
            await asyncio.sleep(0)
        socket.transport.write(CLOSE)
        await until(served.transport.is_closing)
        app.server.should_exit = True
        await all_closed(app)


async def test_a_frame_that_is_no_text_before_a_close_leaves_no_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with local_app() as app, stream(app, f"{UPGRADE}\r\n") as (reader, writer):
        await reader.readuntil(b'"ready"')
        writer.write(NO_TEXT + CLOSE)
        with suppress(ConnectionError):
            await reader.read(-1)
        await all_closed(app)
    assert "asyncio" not in {record.name for record in caplog.records}
