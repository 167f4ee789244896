"""Scripts for the usual cases, and the steps that they are made of."""

from __future__ import annotations

import asyncio
from typing import Any

from ..audio import BYTES_PER_SAMPLE
from .server import Call, Script


async def greet(call: Call) -> None:
    await call.say("ready", session_id="s1", model="pico", protocol=1, sample_rate=16000)
    await call.hear("configure")
    await call.say("configured")


async def part(call: Call) -> None:
    await call.say("session_ended", reason="end_of_stream", seconds_used=1.0, message="")
    await call.close()


async def say_final(call: Call, text: str, utterance: int = 0, **fields: Any) -> None:
    times = {"start": 0.1, "end": 0.2, **fields}
    await call.say("transcript", utterance=utterance, text=text, is_final=True, **times)


async def one_utterance(call: Call) -> None:
    """Speech from the first 50 ms on, until the end of the stream."""
    await greet(call)
    await call.hear_audio(800)
    await call.say("speech_started", utterance=0, start=0.01)
    await call.say("transcript", utterance=0, text="hello", is_final=False, start=0.01, end=0.04)
    await call.hear("end_of_stream")
    await say_final(call, "hello world", language="en", confidence=0.9)
    await call.say("speech_ended", utterance=0, end=0.2)
    await part(call)


async def silence(call: Call) -> None:
    """No speech."""
    await greet(call)
    await answer_flushes(call)


async def answer_flushes(call: Call) -> None:
    """Until the end of the stream, and part."""
    while not call.heard("end_of_stream"):
        message = await call.listen()
        if message is not None and message["type"] == "finalize":
            await call.say("finalized", id=message["id"])
    await part(call)


async def deaf(call: Call) -> None:
    """Accepts, then neither reads nor answers."""
    await asyncio.Event().wait()


def dropping(after_bytes: int) -> Script:
    """Return a script that breaks the connection after so many bytes of audio."""

    async def script(call: Call) -> None:
        await greet(call)
        await call.hear_audio(after_bytes // BYTES_PER_SAMPLE)
        call.drop()

    return script
