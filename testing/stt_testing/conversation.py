"""A real AgentSession that listens to one spoken sentence: no room, no key."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from livekit import rtc
from livekit.agents import Agent, AgentSession
from livekit.plugins.custom_stt import STT, STTOptions

from .agent import Microphone, StubLLM
from .pacing import live
from .recordings import recordings

SENTENCE = "They have no jobs."
[RECORDING] = recordings("short13")
SOUND = RECORDING.pcm() + bytes(32_000 * 20)


class Conversation:
    """An agent that listens; what it heard and did, in order."""

    def __init__(self, url: str, options: STTOptions, turn_detection: Any, vad: Any) -> None:
        self.stt = STT(api_url=url, options=options)
        self.session: AgentSession[Any] = AgentSession(
            stt=self.stt,
            llm=StubLLM(),
            vad=vad,
            turn_handling={
                "turn_detection": turn_detection,
                "endpointing": {"min_delay": 0.1, "max_delay": 0.5},
            },
            aec_warmup_duration=None,
            user_away_timeout=None,
        )
        self.microphone = Microphone()
        self.session.input.audio = self.microphone
        self.events: list[tuple[str, Any]] = []
        self.answered = asyncio.Event()
        for name in ("user_input_transcribed", "user_state_changed", "error", "close"):
            self.session.on(name, lambda event, name=name: self.events.append((name, event)))
        self.session.on("conversation_item_added", self._item_added)
        self.stt.on("metrics_collected", lambda event: self.events.append(("metrics", event)))

    def _item_added(self, event: Any) -> None:
        if event.item.type != "message":
            return
        self.events.append((event.item.role, event.item))
        if event.item.role == "assistant":
            self.answered.set()

    def all(self, name: str) -> list[Any]:
        return [event for kind, event in self.events if kind == name]

    def transcripts(self, *, final: bool) -> list[str]:
        heard = self.all("user_input_transcribed")
        return [event.transcript for event in heard if event.is_final is final]

    async def hear(self) -> None:
        """Play the sentence and silence until the agent has answered."""
        self.answered.clear()
        playing = asyncio.create_task(self._play())
        try:
            await asyncio.wait_for(self.answered.wait(), 20)
        finally:
            playing.cancel()

    async def be_silent(self, seconds: float) -> None:
        await self._play(bytes(2 * round(16_000 * seconds)))

    async def _play(self, pcm: bytes = SOUND) -> None:
        resampler = rtc.AudioResampler(16_000, 24_000)
        async for piece in live(pcm, frame_s=0.02):
            for frame in resampler.push(rtc.AudioFrame(piece, 16_000, 1, len(piece) // 2)):
                self.microphone.push(frame)


@asynccontextmanager
async def conversation(
    url: str, *, turn_detection: Any = "stt", vad: Any = None, **options: Any
) -> AsyncIterator[Conversation]:
    talk = Conversation(url, STTOptions(language="en", **options), turn_detection, vad)
    await talk.session.start(Agent(instructions="Answer."), record=False)
    try:
        yield talk
    finally:
        await talk.session.aclose()
        await talk.stt.aclose()
