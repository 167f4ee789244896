"""An hour of speech in one session, as fast as the server takes it."""

import asyncio
import json

import psutil
import pytest
from websockets.asyncio.client import ClientConnection

from native_client import connection, finals, replies
from stt_testing.local_server import RunningServer, running_server
from stt_testing.recordings import recordings

MINUTES = 60
[DIALOGUE] = recordings("dialogue0")
MINUTE = DIALOGUE.pcm()[: 60 * 32_000]


@pytest.mark.timeout(600)
async def test_memory_stays_flat_over_an_hour_of_audio() -> None:
    with running_server() as server:
        grown = await _memory_growth(server)
    assert grown < 20e6


async def _memory_growth(server: RunningServer) -> int:
    """Bytes of resident memory between the first minute and the most seen after it."""
    process = psutil.Process(server.process.pid)
    async with connection(server.url, language="en") as socket:
        await _speak(socket)
        await socket.send('{"type":"finalize","id":1}')
        while json.loads(await socket.recv())["type"] != "finalized":
            pass
        sizes = [process.memory_info().rss]
        receiving = asyncio.create_task(replies(socket))
        for _ in range(MINUTES - 1):
            await _speak(socket)
            sizes.append(process.memory_info().rss)
        await socket.send('{"type":"end_of_stream"}')
        said = await receiving
    sizes.append(process.memory_info().rss)
    assert said[-1]["seconds_used"] == pytest.approx(60 * MINUTES)
    assert len(finals(said)) > 10 * MINUTES
    return max(sizes) - sizes[0]


async def _speak(socket: ClientConnection) -> None:
    for offset in range(0, len(MINUTE), 3200):
        await socket.send(MINUTE[offset : offset + 3200])
