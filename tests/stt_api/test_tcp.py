"""Clients that take connections, memory and time, on a real server."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import pytest
from local_app import LocalApp, local_app
from raw_client import ASK, CLOSE, NO_TEXT, UPGRADE, small_socket, stream
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from native_client import connection
from stt_api.protocols.base import Limits
from stt_api.tcp import WebSocketProtocol


async def answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, Any]]:
    """Read until the server closes; return the status, and the body that is JSON."""
    head, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


async def healthy(app: LocalApp) -> bool:
    async with httpx.AsyncClient() as client:
        return (await client.get(f"{app.url}/health")).status_code == 200


async def connected(app: LocalApp) -> None:
    while not app.server.server_state.connections:
        await asyncio.sleep(0.001)


async def upgraded(app: LocalApp) -> None:
    while not isinstance(*app.server.server_state.connections, WebSocketProtocol):
        await asyncio.sleep(0.001)


async def all_closed(app: LocalApp) -> None:
    async with asyncio.timeout(20):
        while app.server.server_state.connections:
            await asyncio.sleep(0.001)


# Time.


@pytest.mark.parametrize("sent", ["", "GET /hea", ASK, UPGRADE])
async def test_a_connection_that_asks_for_nothing_whole_is_closed(sent: str) -> None:
    async with local_app(handshake_timeout_s=0.1) as app, stream(app, sent) as (reader, _):
        assert await reader.read(-1) == b""


@pytest.mark.parametrize("sent", [ASK, f"{ASK}\r\n{ASK}", f"{ASK}Content-Length: 9999\r\n\r\n"])
async def test_bytes_that_come_one_by_one_do_not_keep_a_connection_open(sent: str) -> None:
    async with local_app(handshake_timeout_s=0.2) as app, stream(app, sent) as (reader, writer):
        with suppress(ConnectionError):
            while not reader.at_eof():
                writer.write(b"a")
                with suppress(TimeoutError):
                    await asyncio.wait_for(reader.read(4096), 0.01)


async def test_an_open_session_has_asked_and_may_be_silent() -> None:
    async with (
        local_app(handshake_timeout_s=0.1) as app,
        connection(app.url) as socket,
        stream(app) as (reader, _),
    ):
        await reader.read(-1)  # until a later connection is closed
        await socket.send('{"type":"finalize","id":1}')
        await socket.recv()
        assert json.loads(await socket.recv())["id"] == 1


# Places.


async def test_the_longest_idle_connections_are_closed_when_places_run_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING, "stt_api")
    async with local_app(max_sessions=1, max_connections=2) as app, connection(app.url) as session:
        for _ in range(50):
            async with stream(app) as (reader, _):
                assert await healthy(app)
                assert await reader.read(-1) == b""
        assert "ready" in str(await session.recv())
    assert [record.message.partition(",")[0] for record in caplog.records] == ["connections full"]


async def test_an_address_whose_connections_are_all_served_gets_no_more() -> None:
    async with local_app(max_connections_per_address=1) as app, connection(app.url):
        async with stream(app) as (reader, _):
            status, error = await answer(reader)
        assert (status, error["code"]) == (503, "at_capacity")


async def test_a_session_counts_as_a_connection_until_its_socket_is_gone() -> None:
    async with local_app() as app:
        async with connection(app.url) as socket:
            await socket.recv()
            assert len(app.server.config.admission) == 1
        await all_closed(app)
        assert len(app.server.config.admission) == 0


# Clients that do not read.


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
            while socket.transport.get_write_buffer_size():
                await asyncio.sleep(0.001)
        answered = await socket.ping()
        assert served.transport.get_write_buffer_size() < 1 << 20
        socket.transport.resume_reading()
        await asyncio.wait_for(answered, 20)


async def test_requests_without_end_whose_answers_are_not_read_are_closed() -> None:
    async with local_app(Limits(send_timeout_s=0.2)) as app, stream(app) as (_, writer):
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        with suppress(ConnectionError):
            while True:
                writer.write(f"GET /{'a' * 60_000} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
                await writer.drain()


async def leave_unread(app: LocalApp, writer: asyncio.StreamWriter) -> None:
    """Ask, and do not read, until an answer stays with the server, in part."""
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    [served] = app.server.server_state.connections
    while not served.transport.get_write_buffer_size():
        answered = app.server.server_state.total_requests
        writer.write(f"GET /{'a' * 30_000} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        while app.server.server_state.total_requests == answered:
            await asyncio.sleep(0.001)


NO_HANDSHAKES = [UPGRADE.replace(": 13", ": 12"), f"{UPGRADE}Content-Length: 4\r\n"]


@pytest.mark.parametrize("sent", NO_HANDSHAKES)
async def test_a_client_that_does_not_read_why_it_gets_no_websocket_is_closed(sent: str) -> None:
    async with (
        local_app(Limits(send_timeout_s=0.2)) as app,
        stream(app) as (_, writer),
    ):
        await connected(app)
        await leave_unread(app, writer)
        writer.write(f"{sent}\r\nbody".encode())
        await all_closed(app)


@pytest.mark.parametrize("sent", NO_HANDSHAKES)
async def test_a_server_ends_beside_a_client_that_does_not_read_why_it_gets_no_websocket(
    sent: str,
) -> None:
    async with local_app(shutdown_timeout_s=0.1) as app, stream(app) as (_, writer):
        await connected(app)
        await leave_unread(app, writer)
        writer.write(f"{sent}\r\nbody".encode())
        await upgraded(app)
        app.server.should_exit = True
        await all_closed(app)


async def test_a_server_ends_beside_a_client_that_has_closed_and_does_not_read() -> None:
    async with local_app(shutdown_timeout_s=0.1) as app, deaf(app) as socket:
        [served] = app.server.server_state.connections
        question = json.dumps({"type": "x" * 20_000})
        while not served.transport.get_write_buffer_size():
            await socket.send(question)
            await asyncio.sleep(0.001)
        socket.transport.write(CLOSE)
        while not served.transport.is_closing():
            await asyncio.sleep(0.001)
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


async def test_a_client_that_leaves_with_answers_unread_and_requests_unanswered_is_closed() -> None:
    async with local_app(handshake_timeout_s=0.5) as app, stream(app) as (_, writer):
        await connected(app)
        await leave_unread(app, writer)
        writer.write(f"{ASK}\r\n".encode() * 9)
        writer.write_eof()
        await all_closed(app)


# Requests that are too large, or none.


async def test_a_url_with_the_longest_prompt_and_keyterms_is_served() -> None:
    terms = ",".join(["\N{GRINNING FACE}" * 100] * 100)
    async with (
        local_app() as app,
        connection(app.url, prompt="\N{GRINNING FACE}" * 4000, keyterms=terms) as socket,
    ):
        assert "ready" in str(await socket.recv())


TOO_LARGE = [
    (UPGRADE.replace("transcribe", f"transcribe?prompt={'a' * 200_000}"), 414),
    (f"GET /?{'a' * 1_000_000}", 414),
    (ASK.replace("/health", f"/health?{'a' * 70_000}"), 414),
    (f"{UPGRADE}X: {'a' * 70_000}\r\n", 431),
    (f"{ASK}X: {'a' * 1_000_000}", 431),
    (UPGRADE + "".join(f"X{number}: a\r\n" for number in range(100)), 431),
]


@pytest.mark.parametrize(("sent", "status"), TOO_LARGE)
async def test_a_head_that_is_too_large_is_answered(sent: str, status: int) -> None:
    async with local_app() as app, stream(app, f"{sent}\r\n") as (reader, _):
        answered, error = await answer(reader)
        assert (answered, error["type"], error["retryable"]) == (status, "error", False)
        assert error["code"] == {414: "url_too_long", 431: "headers_too_large"}[status]


@pytest.mark.parametrize(
    "sent", ["\x16\x03\x01", f"{UPGRADE}Content-Length: 4\r\n\r\nbody", f"{ASK}\r\n{UPGRADE}"]
)
async def test_what_is_no_request_is_answered(sent: str) -> None:
    async with local_app() as app, stream(app, f"{sent}\r\n") as (reader, _):
        status, error = await answer(reader)
        assert (status, error["code"]) == (400, "bad_request")


@pytest.mark.parametrize("line", ["GET http://a", "GET http://a:99999/", "CONNECT a:80"])
async def test_a_refused_connection_that_is_left_open_is_closed(line: str) -> None:
    async with (
        local_app(handshake_timeout_s=0.1) as app,
        stream(app, f"{line} HTTP/1.1\r\nHost: a\r\n\r\n") as (reader, _),
    ):
        assert (await answer(reader))[0] == 400
        await all_closed(app)


async def test_a_refused_connection_gives_its_place_to_a_new_one() -> None:
    async with (
        local_app(max_sessions=1, max_connections=2) as app,
        connection(app.url),
        stream(app, "GET http://a HTTP/1.1\r\nHost: a\r\n\r\n") as (reader, _),
    ):
        assert (await answer(reader))[0] == 400
        assert await healthy(app)


@pytest.mark.parametrize("requests", [1, 3])
async def test_nonsense_behind_requests_leaves_no_traceback(
    requests: int, caplog: pytest.LogCaptureFixture
) -> None:
    sent = f"{ASK}\r\n" * requests + "\0nonsense"
    async with local_app() as app, stream(app, sent) as (reader, _):
        assert (await answer(reader))[0] == 400
    assert not [record for record in caplog.records if record.exc_info]
