"""Whoever sends faster than real time takes what live sessions leave."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from stt_testing.local_server import RunningServer
from stt_testing.native_client import Reply, transcribe
from stt_testing.recordings import Recording, recordings

FILES = 4


def interims(said: list[Reply]) -> int:
    return sum(reply["type"] == "transcript" and not reply["is_final"] for reply in said)


async def live(server: RunningServer, recording: Recording) -> list[Reply]:
    return await transcribe(server.url, recording.pcm(), language="en", pace=1.0)


@asynccontextmanager
async def file_senders(server: RunningServer) -> AsyncIterator[None]:
    """Clients that send one dialogue after the other, as fast as the server takes them."""
    pcm = b"".join(recording.pcm() for recording in recordings("dialogue"))

    async def send() -> None:
        while True:
            await transcribe(server.url, pcm, frame_s=1.0, language="en")

    senders = asyncio.gather(*(send() for _ in range(FILES)))
    try:
        yield
    finally:
        senders.cancel()
        with suppress(asyncio.CancelledError):
            await senders


@pytest.mark.parametrize("recording", recordings("short02") + recordings("short10"))
async def test_files_leave_a_live_session_half_of_its_interims(
    server: RunningServer, recording: Recording
) -> None:
    alone = interims(await live(server, recording))
    async with file_senders(server):
        beside = interims(await live(server, recording))
    assert alone >= 4
    assert beside >= alone / 2
