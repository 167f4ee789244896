"""Thousands of connections that ask nothing, on a server with few files."""

import asyncio
import sys
from asyncio.subprocess import Process, create_subprocess_exec

import httpx
import pytest

from stt_testing.local_server import running_server
from stt_testing.native_client import text, transcribe
from stt_testing.recordings import recordings

FEW_FILES = """
import resource, runpy
resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))
runpy.run_module("stt_api", run_name="__main__")
"""
HANDSHAKE_S = 5
ATTACKERS, EACH = 4, 750
[SENTENCE] = recordings("short02")


@pytest.mark.parametrize("sent", ["", "GET /health HTTP/1.1\r\nHost: a\r\nX-Half: "])
async def test_a_server_that_strangers_connect_to_hears_and_answers_its_clients(
    sent: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with running_server("-c", FEW_FILES, STT_HANDSHAKE_TIMEOUT_S=str(HANDSHAKE_S)) as server:
        calm = text(await transcribe(server.url, SENTENCE.pcm(), language="en"))
        session = asyncio.create_task(
            transcribe(server.url, SENTENCE.pcm(), pace=1.0, language="en")
        )
        attackers = [await _attack(server.url, sent) for _ in range(ATTACKERS)]
        over = asyncio.gather(*(attacker.wait() for attacker in attackers))
        async with asyncio.timeout(60):
            while not (over.done() and session.done()):
                await _ask_health(server.url)
        assert text(await session) == calm
        assert await over == [0] * ATTACKERS  # all were closed in time
    assert capfd.readouterr().err.count("connections full") == 1


async def _attack(url: str, sent: str) -> Process:
    """Fail, when waited for, if a connection is still open after the time for a request."""
    port, timeout_s = url.rpartition(":")[2], str(HANDSHAKE_S + 1)
    arguments = ("-m", "stt_testing.half_open", port, str(EACH), timeout_s, sent)
    return await create_subprocess_exec(sys.executable, *arguments)


async def _ask_health(url: str) -> None:
    """Get an answer within 1 s, on a connection of its own."""
    async with httpx.AsyncClient(timeout=1.0) as client:
        assert (await client.get(f"{url}/health")).status_code == 200
