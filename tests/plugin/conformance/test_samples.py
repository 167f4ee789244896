"""Audio of which each sample tells its place: what arrives, and what is answered, is all of it."""

import asyncio
import itertools
import random

import numpy as np
import pytest
from custom_stt_client.testing import Call, ScriptedServer, part
from livekit.agents.stt import SpeechEventType
from livekit.plugins.custom_stt import STT, STTOptions

from stt_testing.chaos_proxy import ChaosProxy
from stt_testing.listening import PATIENT, frames, push

from .chaos import inflict, schedule
from .scale import SCHEDULES

RATE = 8000
SAMPLES = 64_000  # 8 s; a sample can tell 65,536 places
NUMBERED = np.arange(SAMPLES, dtype="<u2").tobytes()
PACE = 4.0
AT_ONCE = 8  # schedules


class Answering:
    """A server that finals whatever it has heard, at random moments, by the places in it."""

    def __init__(self, seed: int) -> None:
        self._choose = random.Random(seed)

    async def __call__(self, call: Call) -> None:
        await call.say("ready", session_id="s", model="m")
        settings = await call.hear("configure")
        answered = settings.get("warm_up", 0) * RATE // 1000
        for number in itertools.count(1):
            ended = await self._hear_some(call)
            if call.samples > answered:
                await self._answer(call, number, answered)
                answered = call.samples
            if ended:
                return await part(call)

    async def _hear_some(self, call: Call) -> bool:
        until = call.samples + self._choose.randrange(1, RATE)
        while call.samples < until and not call.heard("end_of_stream"):
            await call.listen()
        return bool(call.heard("end_of_stream"))

    async def _answer(self, call: Call, number: int, answered: int) -> None:
        places = np.frombuffer(call.audio, dtype="<u2")[answered:].tolist()
        assert places == list(range(places[0], places[0] + len(places)))  # no hole, no repeat
        times = {"start": answered / RATE, "end": call.samples / RATE}
        text = f"{places[0]}-{places[-1] + 1}"
        await call.say("speech_started", utterance=number, start=times["start"])
        final = {"utterance": number, "text": text, "is_final": True, **times}
        await call.say("transcript", **final, audio_processed=times["end"])
        await call.say("speech_ended", utterance=number, **times, audio_processed=times["end"])


@pytest.mark.parametrize("first", range(0, SCHEDULES, AT_ONCE))
async def test_every_sample_is_answered_once(first: int) -> None:
    await asyncio.gather(*map(_check, range(first, first + AT_ONCE)))


async def _check(seed: int) -> None:
    faults = schedule(seed, SAMPLES / RATE / PACE)
    options = STTOptions(sample_rate=RATE)
    async with (
        ScriptedServer(Answering(seed)) as server,
        ChaosProxy(server.url).running() as proxy,
        STT(api_url=proxy.url, options=options) as plugin,
    ):
        stream = plugin.stream(conn_options=PATIENT)
        chaos = asyncio.create_task(inflict(faults, proxy, _no_restart))
        await push(stream, frames(NUMBERED, rate=RATE), PACE)
        stream.end_input()
        finals = [
            event.alternatives[0]
            async for event in stream
            if event.type is SpeechEventType.FINAL_TRANSCRIPT
        ]
        await chaos
    spans = [tuple(map(int, final.text.split("-"))) for final in finals]
    told = f"schedule {seed}: {faults}"
    assert [0, *(end for _, end in spans)] == [*(start for start, _ in spans), SAMPLES], told
    times = [(final.start_time * RATE, final.end_time * RATE) for final in finals]
    assert np.allclose(times, spans, atol=0.001 * RATE), told


async def _no_restart(kill: bool) -> None:
    """The server is in this process."""
