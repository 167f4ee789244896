"""A server that is told to stop, while some of its clients do not read."""

import asyncio
import json
import signal
import socket
from contextlib import suppress
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect

from stt_testing.local_server import running_server
from stt_testing.native_client import connection, finals, receive, replies
from stt_testing.recordings import recordings

SHUTDOWN_S = 6
READERS, DEAF = 15, 5
[SENTENCE] = recordings("short02")


async def test_a_server_that_is_stopped_ends_in_time_whoever_does_not_read() -> None:
    limits = {"STT_SHUTDOWN_TIMEOUT_S": str(SHUTDOWN_S), "STT_SEND_TIMEOUT_S": "60"}
    with running_server(**limits) as server:
        deaf = [await _deaf(server.url) for _ in range(DEAF)]
        await asyncio.gather(*map(_fill, deaf))
        readers = [await connection(server.url, language="en") for _ in range(READERS)]
        for reader in readers:
            await reader.send(SENTENCE.pcm()[: 2 * 16_000 * 2])
        for reader in readers:
            await receive(reader, "speech_started")
        server.process.send_signal(signal.SIGTERM)
        said = asyncio.gather(*map(replies, readers))
        await asyncio.to_thread(server.process.wait, SHUTDOWN_S + 2)
        assert [len(finals(each)) for each in await said] == [1] * READERS
        for each in deaf:
            each.transport.abort()


async def _deaf(url: str) -> ClientConnection:
    """Connect with little room to receive, and do not read."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect((urlsplit(url).hostname, urlsplit(url).port))
    return await connect(f"{url.replace('http', 'ws', 1)}/ws/transcribe", sock=raw, max_queue=1)


async def _fill(socket: ClientConnection) -> None:
    """Provoke answers until the server has no room for one, and so takes no more either."""
    question = json.dumps({"type": "x" * 60_000})
    with suppress(TimeoutError):
        while True:
            await asyncio.wait_for(socket.send(question), 1)
