"""Streams come and go in one process, and leave nothing behind."""

import asyncio
import gc
import logging
import tracemalloc

import psutil
import pytest
from custom_stt_client.testing import Call, HungUp, ScriptedServer, greet, one_utterance
from livekit import rtc
from livekit.agents import APIConnectOptions
from livekit.plugins.custom_stt import STT, SpeechStream

STREAMS = 1000
AT_ONCE = 50
SOUND = rtc.AudioFrame(bytes(3200), 16_000, 1, 1600)
ONCE = APIConnectOptions(max_retry=1, retry_interval=0.01, timeout=5)


async def _break_some(call: Call) -> None:
    """Every third connection breaks; its stream comes again."""
    if id(call) % 3:
        return await one_utterance(call)
    await greet(call)
    call.drop()
    raise HungUp


async def test_a_thousand_streams_leave_no_task_no_socket_and_no_memory(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.ERROR)  # what is logged is kept
    async with ScriptedServer(_break_some) as server, STT(api_url=server.url) as plugin:
        await _open_and_close(plugin, server, 200)  # so that pools and caches are full
        before = _resources(server)
        tracemalloc.start()
        await _open_and_close(plugin, server, STREAMS)
        after = _resources(server)
        grown = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
    print(f"tasks, sockets: {before} before, {after} after; {grown / STREAMS:.0f} bytes a stream")
    assert after[0] <= before[0] and after[1] <= before[1]
    assert grown < 1000 * STREAMS  # sets that have grown; one stream alone is 20 times as much
    assert not [thing for thing in gc.get_objects() if isinstance(thing, SpeechStream)]


async def _open_and_close(plugin: STT, server: ScriptedServer, count: int) -> None:
    for first in range(0, count, AT_ONCE):
        streams = (_use(plugin, number) for number in range(first, first + AT_ONCE))
        await asyncio.gather(*streams)


async def _use(plugin: STT, number: int) -> None:
    """Every other stream is heard to its end, the others are closed at some moment."""
    stream = plugin.stream(conn_options=ONCE)
    stream.push_frame(SOUND)
    if number % 2:
        stream.end_input()
        async for _ in stream:
            pass
    else:
        for _ in range(number % 64):
            await asyncio.sleep(0)
    await stream.aclose()


def _resources(server: ScriptedServer) -> tuple[int, int]:
    server.calls.clear()
    gc.collect()
    return len(asyncio.all_tasks()), psutil.Process().num_fds()
