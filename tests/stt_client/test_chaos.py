"""Random faults while a session is iterated: every sample is answered, and once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest
from custom_stt_client import Client, SessionLimits, StreamEvent, StreamOptions
from custom_stt_client.testing import ScriptedServer

from stt_testing.chaos_proxy import ChaosProxy

from ..plugin.conformance.chaos import inflict, schedule
from ..plugin.conformance.scale import SCHEDULES
from ..plugin.conformance.test_samples import NUMBERED, PACE, RATE, SAMPLES, Answering

AT_ONCE = 8  # schedules
LIMITS = SessionLimits(timeout_s=3.0)


@pytest.mark.parametrize("first", range(0, SCHEDULES, AT_ONCE))
async def test_no_final_is_lost_and_none_comes_twice(first: int) -> None:
    await asyncio.gather(*map(_check, range(first, first + AT_ONCE)))


async def _check(seed: int) -> None:
    faults = schedule(seed, SAMPLES / RATE / PACE)
    async with (
        ScriptedServer(Answering(seed)) as server,
        ChaosProxy(server.url).running() as proxy,
        Client(proxy.url).stream(StreamOptions(sample_rate=RATE), LIMITS) as session,
    ):
        chaos = asyncio.create_task(inflict(faults, proxy, _no_restart))
        session.send_from(_numbered_audio(), finish=True)
        finals = [
            event
            async for event in session
            if isinstance(event, StreamEvent.Transcript) and event.is_final
        ]
        await chaos
    spans = [tuple(map(int, final.text.split("-"))) for final in finals]
    told = f"schedule {seed}: {faults}"
    assert [0, *(end for _, end in spans)] == [*(start for start, _ in spans), SAMPLES], told
    times = [(final.start * RATE, final.end * RATE) for final in finals]
    assert np.allclose(times, spans, atol=0.001 * RATE), told


async def _numbered_audio() -> AsyncIterator[bytes]:
    """The samples in pieces of 20 ms, at PACE times real time."""
    now = asyncio.get_running_loop().time
    due, size = now(), 2 * RATE // 50
    for at in range(0, len(NUMBERED), size):
        yield NUMBERED[at : at + size]
        due += 0.02 / PACE
        await asyncio.sleep(due - now())


async def _no_restart(kill: bool) -> None:
    """The server is in this process."""
