"""What a client is sent, through a socket that the test holds up or closes."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from fastapi import WebSocket

from stt_api.errors import ClientTooSlow
from stt_api.inbox import ClientGone
from stt_api.sender import Sender


class Wire:
    """Takes what is sent while it is open; ``broken`` is what to raise instead."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.open = asyncio.Event()
        self.open.set()
        self.broken: Exception | None = None

    async def __call__(self, message: dict[str, str]) -> None:
        await self.open.wait()
        if self.broken:
            raise self.broken
        if message["type"] == "websocket.send":
            self.sent.append(message["text"])


@pytest.fixture
async def wire() -> Wire:
    return Wire()


async def sender(wire: Wire, timeout_s: float = 10.0) -> Sender:
    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    socket = WebSocket({"type": "websocket"}, receive, wire)  # type: ignore[arg-type]
    await socket.accept()
    return Sender(socket, timeout_s)


async def test_what_is_said_together_stays_together_and_is_read_in_its_turn(wire: Wire) -> None:
    saying, happened = await sender(wire), ["begun"]

    def later() -> Iterator[str]:
        yield from happened

    wire.open.clear()
    first = asyncio.create_task(saying.say(["1", "2"]))
    second = asyncio.create_task(saying.say(later()))
    await asyncio.sleep(0)  # until both wait
    happened.append("gone on")
    wire.open.set()
    await asyncio.gather(first, second)
    assert wire.sent == ["1", "2", "begun", "gone on"]


async def test_a_client_that_does_not_read_is_too_slow(wire: Wire) -> None:
    saying = await sender(wire, timeout_s=0.01)
    wire.open.clear()
    with pytest.raises(ClientTooSlow):
        await saying.say(["hello"])


async def test_a_socket_that_is_closed_means_that_the_client_has_gone(wire: Wire) -> None:
    saying = await sender(wire)
    wire.broken = RuntimeError("closed")
    with pytest.raises(ClientGone):
        await saying.say(["hello"])


def hold_up(wire: Wire) -> None:
    wire.open.clear()


def cut(wire: Wire) -> None:
    wire.broken = RuntimeError("closed")


@pytest.mark.parametrize("hinder", [hold_up, cut])
async def test_to_close_is_tried_and_not_for_ever(
    wire: Wire, hinder: Callable[[Wire], None]
) -> None:
    saying = await sender(wire, timeout_s=0.01)
    hinder(wire)
    await saying.close(1000, ["goodbye"])
    assert wire.sent == []
