"""An hour of speech in one session, as fast as the server takes it."""

import asyncio
import math

import psutil
import pytest

from stt_testing.local_server import RunningServer, running_server
from stt_testing.native_client import command, connection, finals, receive, replies, speak
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
        await speak(socket, MINUTE, pace=math.inf)
        await command(socket, "finalize", id=1)
        await receive(socket, "finalized")
        sizes = [process.memory_info().rss]
        receiving = asyncio.create_task(replies(socket))
        for _ in range(MINUTES - 1):
            await speak(socket, MINUTE, pace=math.inf)
            sizes.append(process.memory_info().rss)
        await command(socket, "end_of_stream")
        said = await receiving
    sizes.append(process.memory_info().rss)
    assert said[-1]["seconds_used"] == pytest.approx(60 * MINUTES)
    assert len(finals(said)) > 10 * MINUTES
    return max(sizes) - sizes[0]
