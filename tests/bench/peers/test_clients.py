"""How sessions connect, speak and end, against servers that say what is written down."""

import asyncio
import json
from dataclasses import replace

import pytest
from websockets.asyncio.server import ServerConnection

from bench.peers.clients import converse
from bench.peers.ours import ours
from bench.peers.plays import Play
from bench.peers.product import Product
from stt_testing.recordings import recordings
from stt_testing.scripted_server import scripted_server

PLAY = Play(recordings("short13"), 0.0)  # the shortest: "They have no jobs."


@pytest.fixture
def product() -> Product:
    return replace(ours("ours", {}), silence_s=0.0)


async def until_the_end(socket: ServerConnection) -> None:
    async for message in socket:
        if isinstance(message, str):
            return


async def test_all_connect_before_anyone_speaks(product: Product) -> None:
    connected, all_there = [], asyncio.Event()
    before_all: list[object] = []

    async def script(socket: ServerConnection) -> None:
        connected.append(socket)
        if len(connected) == 3:
            all_there.set()
        async for message in socket:
            if not all_there.is_set():
                before_all.append(message)
            if isinstance(message, str):
                return

    async with scripted_server(script) as port:
        logs = await converse(product, port, [PLAY] * 3)
    assert [log.failure for log in logs] == [None] * 3
    assert before_all == []


async def test_what_is_said_after_the_audio_is_still_heard(product: Product) -> None:
    async def script(socket: ServerConnection) -> None:
        await until_the_end(socket)
        await socket.send(json.dumps({"type": "transcript", "is_final": True, "text": "Jobs."}))

    async with scripted_server(script) as port:
        [log] = await converse(product, port, [PLAY])
    [(at, screen)] = log.screens
    assert screen.final.strip() == "Jobs."
    assert at >= log.utterances[0].end


async def test_a_session_whose_server_breaks_off_has_failed_and_the_others_go_on(
    product: Product,
) -> None:
    connections = []

    async def script(socket: ServerConnection) -> None:
        connections.append(socket)
        if len(connections) == 1:
            return await socket.close(1011, "out of order")
        await until_the_end(socket)

    async with scripted_server(script) as port:
        logs = await converse(product, port, [PLAY, PLAY])
    failures = [log.failure for log in logs if log.failure is not None]
    assert len(failures) == 1 and "out of order" in failures[0]


async def test_a_server_that_is_not_there_is_a_failure_that_says_so(product: Product) -> None:
    async with scripted_server(until_the_end) as port:
        pass
    [log] = await converse(product, port, [PLAY])
    assert log.failure and log.screens == []
