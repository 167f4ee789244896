"""Clients that take connections, memory and time, on a real server."""

import asyncio
import logging
from contextlib import suppress

import httpx
import pytest

from stt_api.limits import Limits
from stt_testing.local_app import LocalApp, local_app
from stt_testing.native_client import connection
from stt_testing.raw_client import ASK, UPGRADE, all_closed, answer, leave_unread, stream


async def healthy(app: LocalApp) -> bool:
    async with httpx.AsyncClient() as client:
        return (await client.get(f"{app.url}/health")).status_code == 200


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


# Clients that do not read.


async def test_requests_without_end_whose_answers_are_not_read_are_closed() -> None:
    async with local_app(Limits(send_timeout_s=0.2)) as app, stream(app) as (_, writer):
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        with suppress(ConnectionError):
            while True:
                writer.write(f"GET /{'a' * 60_000} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
                await writer.drain()


async def test_a_client_that_leaves_with_answers_unread_and_requests_unanswered_is_closed() -> None:
    async with local_app(handshake_timeout_s=0.5) as app, stream(app) as (_, writer):
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
