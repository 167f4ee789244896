"""The plugin in a real AgentSession: no room, no key, no network but loopback."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from livekit import rtc
from livekit.agents import Agent, AgentSession, llm, utils
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS
from livekit.agents.voice.io import AudioInput, TextOutput
from livekit.plugins.custom_stt import STT
from plugin.scripted_server import Call, ScriptedServer, answer_flushes, greet, say_final

FRAME = rtc.AudioFrame(bytes(960), 24000, 1, 480)  # 20 ms, as a room delivers it


class Microphone(AudioInput):
    def __init__(self) -> None:
        super().__init__(label="test")
        self.frames = utils.aio.Chan[rtc.AudioFrame]()

    async def __anext__(self) -> rtc.AudioFrame:
        return await self.frames.__anext__()


class Screen(TextOutput):
    """Shows what the agent says."""

    def __init__(self) -> None:
        super().__init__(label="test", next_in_chain=None)
        self.text = ""
        self.flushed = asyncio.Event()

    async def capture_text(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        if self.text:
            self.flushed.set()


class Echo(llm.LLM[Any]):
    """Answers with what the user said."""

    def chat(self, *, chat_ctx: Any, tools: Any = None, **_: Any) -> llm.LLMStream:
        return EchoStream(
            self, chat_ctx=chat_ctx, tools=tools or [], conn_options=DEFAULT_API_CONNECT_OPTIONS
        )


class EchoStream(llm.LLMStream):
    async def _run(self) -> None:
        said = self._chat_ctx.messages()[-1].text_content
        delta = llm.ChoiceDelta(role="assistant", content=f"you said {said}")
        self._event_ch.send_nowait(llm.ChatChunk(id="c1", delta=delta))


async def start(speech: STT, microphone: Microphone, screen: Screen) -> AgentSession[Any]:
    session: AgentSession[Any] = AgentSession(
        stt=speech,
        llm=Echo(),
        vad=None,
        turn_handling={
            "turn_detection": "stt",
            "endpointing": {"min_delay": 0.0, "max_delay": 0.0},
        },
        aec_warmup_duration=None,
        user_away_timeout=None,
    )
    session.input.audio = microphone
    session.output.transcription = screen
    await session.start(Agent(instructions="test"), record=False)
    return session


async def test_the_servers_end_of_speech_makes_the_agent_answer() -> None:
    async def one_turn(call: Call) -> None:
        await greet(call)
        await call.hear_audio(4000)
        await call.say("speech_started", utterance=0, start=0.05)
        await say_final(call, "hello world", language="en", confidence=0.9)
        await call.say("speech_ended", utterance=0, end=0.2)
        await answer_flushes(call)

    microphone, screen = Microphone(), Screen()
    async with ScriptedServer(one_turn) as server, STT(api_url=server.url) as speech:
        session = await start(speech, microphone, screen)
        for _ in range(50):
            microphone.frames.send_nowait(FRAME)
        await asyncio.wait_for(screen.flushed.wait(), 10)
        await session.aclose()
        await server.calls[0].ended.wait()
    assert screen.text == "you said hello world"
    assert len(server.calls[0].heard("end_of_stream")) == 1


async def test_an_answered_flush_lets_the_session_close_at_once() -> None:
    heard = asyncio.Event()

    async def hear(call: Call) -> None:
        await greet(call)
        await call.hear_audio(800)
        heard.set()
        await answer_flushes(call)

    microphone = Microphone()
    async with ScriptedServer(hear) as server, STT(api_url=server.url) as speech:
        session = await start(speech, microphone, Screen())
        for _ in range(50):
            microphone.frames.send_nowait(FRAME)
        await asyncio.wait_for(heard.wait(), 10)
        began_at = time.perf_counter()
        await session.aclose()
    assert time.perf_counter() - began_at < 1.5  # 2 s is what it waits for a final
