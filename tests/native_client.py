"""A client of the native protocol, as someone without LiveKit would write it."""

import asyncio
import json
import math
from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError

from stt_testing.pacing import live

Reply = dict[str, Any]


def connection(url: str, *, max_queue: int = 64, **settings: object) -> connect:
    """Connect with ``settings`` in the URL; ``url`` is the server's http address."""
    address = url.replace("http", "ws", 1) + "/ws/transcribe?" + urlencode(settings)
    return connect(address, compression=None, max_size=None, max_queue=max_queue)


async def transcribe(
    url: str, pcm: bytes, *, frame_s: float = 0.1, pace: float = math.inf, **settings: object
) -> list[Reply]:
    """Send 16 kHz mono ``pcm`` and return all replies; ``pace`` 1 is real time."""
    async with connection(url, **settings) as socket:
        receiving = asyncio.create_task(replies(socket))
        async for frame in live(pcm, frame_s, pace):
            await socket.send(frame)
        await socket.send(json.dumps({"type": "end_of_stream"}))
        return await receiving


async def replies(socket: ClientConnection) -> list[Reply]:
    """Return everything the server says until it closes, however it does."""
    said = []
    with suppress(ConnectionClosedError):
        async for message in socket:
            said.append(json.loads(message))
    return said


def finals(said: Iterable[Reply]) -> list[Reply]:
    return [reply for reply in said if reply["type"] == "transcript" and reply["is_final"]]


def text(said: Iterable[Reply]) -> str:
    return " ".join(final["text"] for final in finals(said))
