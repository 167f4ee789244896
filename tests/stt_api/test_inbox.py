"""Messages wait in order, within a bound, and a client that leaves is noticed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from fastapi import WebSocket

from stt_api.inbox import OVERHEAD, READ_AHEAD, ClientGone, Inbox

LARGE = bytes(READ_AHEAD // 2)
FOREVER = 1e9


class Socket:
    """Gives what it holds, then waits."""

    def __init__(self, *messages: str | bytes | None) -> None:
        self._messages = list(messages)
        self.read = 0

    async def receive(self) -> dict[str, Any]:
        if self.read == len(self._messages):
            await asyncio.Event().wait()
        message = self._messages[self.read]
        self.read += 1
        if message is None:
            return {"type": "websocket.disconnect"}
        return {
            "type": "websocket.receive",
            "text" if isinstance(message, str) else "bytes": message,
        }


@asynccontextmanager
async def filled(socket: Socket) -> AsyncIterator[tuple[Inbox, asyncio.Task[None]]]:
    inbox = Inbox(cast(WebSocket, socket))
    filling = asyncio.create_task(inbox.fill())
    await _settle()
    yield inbox, filling
    filling.cancel()
    await asyncio.gather(filling, return_exceptions=True)


async def _settle() -> None:
    for _ in range(1000):
        await asyncio.sleep(0)


async def test_messages_come_in_order() -> None:
    async with filled(Socket("a", b"b", "c")) as (inbox, _):
        assert [await inbox.next(FOREVER) for _ in range(3)] == ["a", b"b", "c"]


async def test_the_wait_for_a_message_has_an_end_of_its_own_each_time() -> None:
    now = asyncio.get_running_loop().time
    async with filled(Socket("a")) as (inbox, _):
        assert await inbox.next(now() + 0.05) == "a"
        until = now() + 0.1
        assert await inbox.next(until) is None and now() >= until
        assert await inbox.next(now() + 0.01) is None


async def test_the_wait_for_a_message_can_be_interrupted() -> None:
    async with filled(Socket()) as (inbox, _):
        waiting = asyncio.create_task(inbox.next(FOREVER))
        await _settle()
        assert not waiting.done()
        inbox.interrupt()
        assert await waiting is None


async def test_no_more_messages_are_read_than_fit_until_some_are_taken() -> None:
    socket = Socket(LARGE, LARGE, LARGE, LARGE)
    async with filled(socket) as (inbox, _):
        assert socket.read == 2
        await inbox.next(FOREVER)
        await _settle()
        assert socket.read == 3


async def test_empty_messages_take_room() -> None:
    socket = Socket(*[b""] * (2 * READ_AHEAD // OVERHEAD))
    inbox = Inbox(cast(WebSocket, socket))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await inbox.fill()
    assert socket.read == READ_AHEAD // OVERHEAD + 1


async def test_a_client_that_leaves_is_noticed_while_its_messages_wait() -> None:
    async with filled(Socket("a", None)) as (_, filling):
        assert isinstance(filling.exception(), ClientGone)


async def test_after_the_close_nothing_is_kept_and_a_leave_is_still_noticed() -> None:
    async with filled(Socket(LARGE, LARGE, LARGE, LARGE, None)) as (inbox, filling):
        inbox.close()
        await _settle()
        assert isinstance(filling.exception(), ClientGone)
