"""The plugin in a real AgentSession, against a scripted server."""

from __future__ import annotations

import asyncio
import time

from custom_stt_client.testing import Call, ScriptedServer, answer_flushes, greet, say_final
from livekit import rtc

from stt_testing.conversation import conversation

SECOND = [rtc.AudioFrame(bytes(960), 24000, 1, 480)] * 50  # frames of 20 ms, as of a room


async def test_the_servers_end_of_speech_makes_the_agent_answer() -> None:
    async def one_turn(call: Call) -> None:
        await greet(call)
        await call.hear_audio(4000)
        await call.say("speech_started", utterance=0, start=0.05)
        await say_final(call, "hello world", language="en", confidence=0.9)
        await call.say("speech_ended", utterance=0, end=0.2)
        await answer_flushes(call)

    async with ScriptedServer(one_turn) as server:
        async with conversation(server.url) as talk:
            for frame in SECOND:
                talk.microphone.push(frame)
            await asyncio.wait_for(talk.answered.wait(), 10)
        await server.calls[0].ended.wait()
    assert [item.text_content for item in talk.all("user")] == ["hello world"]
    assert len(server.calls[0].heard("end_of_stream")) == 1


async def test_an_answered_flush_lets_the_session_close_at_once() -> None:
    heard = asyncio.Event()

    async def hear(call: Call) -> None:
        await greet(call)
        await call.hear_audio(800)
        heard.set()
        await answer_flushes(call)

    async with ScriptedServer(hear) as server, conversation(server.url) as talk:
        for frame in SECOND:
            talk.microphone.push(frame)
        await asyncio.wait_for(heard.wait(), 10)
        began_at = time.perf_counter()
        await talk.session.aclose()
        assert time.perf_counter() - began_at < 1.5  # 2 s is what it waits for a final


async def test_what_was_said_becomes_the_prompt_of_what_follows() -> None:
    async def one_turn(call: Call) -> None:
        await greet(call)
        await call.hear_audio(4000)
        await say_final(call, "hello world")
        await call.say("speech_ended", utterance=0, end=0.2)
        while len(call.heard("configure")) < 3:
            await call.listen()
        await answer_flushes(call)

    async with ScriptedServer(one_turn) as server, conversation(server.url) as talk:
        for frame in SECOND:
            talk.microphone.push(frame)
        await asyncio.wait_for(talk.answered.wait(), 10)
    prompts = [message.get("prompt") for message in server.calls[0].heard("configure")]
    assert prompts == [None, "hello world", "hello world Done."]
