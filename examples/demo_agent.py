"""A voice agent without room, keys or network: what it hears, and when its turn is committed.

    python examples/demo_agent.py [RECORDING.wav]

A real AgentSession takes audio from a file; a stub stands in for the LLM; the answer is text.
"""

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

from livekit import rtc
from livekit.agents import Agent, AgentSession
from livekit.plugins import custom_stt

from demo import RECORDING, live
from stt_testing.agent import Microphone, StubLLM
from stt_testing.local_server import running_server
from stt_testing.pacing import paced

TAIL_S = 2.0  # silence after the recording: the last turn needs its endpoint


async def play(recording: Path, microphone: Microphone) -> None:
    """Let the microphone hear the recording, and then silence."""
    async for frame in live(recording):
        microphone.push(frame)
    silence = rtc.AudioFrame(bytes(640), frame.sample_rate, 1, 320)
    tail = [silence] * int(TAIL_S / silence.duration)
    async for frame in paced(tail, lambda frame: frame.duration):
        microphone.push(frame)


def report(session: AgentSession[Any]) -> None:
    """Print each event of the session with the seconds since now."""
    start = time.time()

    def note(what: str, text: str) -> None:
        print(f"{time.time() - start:7.2f} s  {what:12}  {text}", flush=True)

    @session.on("user_state_changed")
    def _(event: Any) -> None:
        note("user", event.new_state)

    @session.on("user_input_transcribed")
    def _(event: Any) -> None:
        note("final" if event.is_final else "interim", event.transcript)

    @session.on("conversation_item_added")
    def _(event: Any) -> None:
        if event.item.type == "message":
            note("turn" if event.item.role == "user" else "agent", event.item.text_content)


async def converse(url: str, recording: Path) -> None:
    plugin = custom_stt.STT(api_url=url, options=custom_stt.STTOptions(language="en"))
    session: AgentSession[Any] = AgentSession(
        stt=plugin,
        llm=StubLLM(),
        vad=None,
        turn_handling={"turn_detection": "stt", "endpointing": {"min_delay": 0.3}},
        aec_warmup_duration=None,
        user_away_timeout=None,
    )
    session.input.audio = microphone = Microphone()
    report(session)
    await session.start(Agent(instructions="Answer briefly."), record=False)
    await play(recording, microphone)
    await session.aclose()
    await plugin.aclose()


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else RECORDING
    with running_server() as server:
        asyncio.run(converse(server.url, chosen))
