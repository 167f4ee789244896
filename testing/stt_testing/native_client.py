"""A client of the native protocol, as someone without LiveKit would write it."""

import asyncio
import json
import math
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError

from .pacing import live

Reply = dict[str, Any]


def connection(url: str, *, max_queue: int = 64, **settings: object) -> connect:
    """Connect with ``settings`` in the URL; ``url`` is the server's http address."""
    address = url.replace("http", "ws", 1) + "/ws/transcribe?" + urlencode(settings)
    return connect(address, compression=None, max_size=None, max_queue=max_queue)


async def speak(
    socket: ClientConnection, pcm: bytes, *, frame_s: float = 0.05, pace: float = 1.0
) -> None:
    """Send 16 kHz mono ``pcm`` as it is spoken from now on; ``pace`` ``math.inf`` is at once."""
    async for frame in live(pcm, frame_s, pace):
        await socket.send(frame)


async def command(socket: ClientConnection, kind: str, **fields: object) -> None:
    await socket.send(json.dumps({"type": kind, **fields}))


async def messages(socket: ClientConnection) -> AsyncIterator[Reply]:
    """Yield what the server says until it closes; raise ConnectionClosedError if on an error."""
    async for message in socket:
        yield json.loads(message)


async def receive(socket: ClientConnection, kind: str) -> Reply:
    """Return the next message of a kind; raise ConnectionError where the server closes first."""
    async for message in messages(socket):
        if message["type"] == kind:
            return message
    raise ConnectionError(f"the server closed without {kind}")


async def replies(socket: ClientConnection) -> list[Reply]:
    """Return everything the server says until it closes, however it does."""
    said = []
    with suppress(ConnectionClosedError):
        async for message in messages(socket):
            said.append(message)
    return said


async def transcribe(
    url: str, pcm: bytes, *, frame_s: float = 0.1, pace: float = math.inf, **settings: Any
) -> list[Reply]:
    """Send 16 kHz mono ``pcm``, end the stream, and return all replies."""
    async with connection(url, **settings) as socket:
        receiving = asyncio.create_task(replies(socket))
        await speak(socket, pcm, frame_s=frame_s, pace=pace)
        await command(socket, "end_of_stream")
        return await receiving


def finals(said: Iterable[Reply]) -> list[Reply]:
    return [reply for reply in said if reply["type"] == "transcript" and reply["is_final"]]


def text(said: Iterable[Reply]) -> str:
    return " ".join(final["text"] for final in finals(said))
