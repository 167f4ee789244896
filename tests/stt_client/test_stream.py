"""A stream over as many connections as it takes, and what it asks of which server."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import aiohttp
import numpy as np
import pytest
from custom_stt_client.backlog import WARM_UP_S
from custom_stt_client.connection import Connection, websocket_url
from custom_stt_client.errors import ProtocolError
from custom_stt_client.events import Event
from custom_stt_client.messages import Transcript
from custom_stt_client.options import StreamOptions
from custom_stt_client.stream import ResumingStream
from custom_stt_client.testing import (
    Call,
    Script,
    ScriptedServer,
    answer_flushes,
    part,
    say_final,
    silence,
)

RATE = 16_000
OLD = ["finalize", "configure"]
NEW = [*OLD, "warm_up", "resume"]
FOUR_SECONDS = np.arange(4 * RATE, dtype="<u2").tobytes()


async def stream_to(server: ScriptedServer, pcm: bytes) -> list[Event]:
    """Send all, and return the events."""
    events: list[Event] = []

    def emit(told: Sequence[Event]) -> None:
        events.extend(told)

    async with aiohttp.ClientSession() as session:

        async def connect() -> Connection:
            return await Connection.open(session, websocket_url(server.url), None, 5)

        stream = ResumingStream(StreamOptions(), connect, emit, timeout_s=5)
        stream.progress.pushed(len(pcm) / 2 / RATE)
        stream.push(pcm)
        stream.end()
        await asyncio.wait_for(stream.run(), 10)
    return events


def greeting(features: list[str]) -> Script:
    async def greet(call: Call) -> None:
        await call.say("ready", session_id="s", model="m", protocol=1, features=features)
        await call.hear("configure")
        await call.say("configured")

    return greet


def answer_three_seconds_and_drop(features: list[str]) -> Script:
    async def script(call: Call) -> None:
        await greeting(features)(call)
        await call.hear_audio(4 * RATE)
        await say_final(call, "one", 1, audio_processed=3.0)
        await call.say("speech_ended", utterance=1, end=0.2, audio_processed=3.0)
        await call.hear("end_of_stream")
        call.drop()

    return script


def hear_the_rest(features: list[str]) -> Script:
    async def script(call: Call) -> None:
        await greeting(features)(call)
        await answer_flushes(call)

    return script


async def second_call(features: list[str]) -> Call:
    scripts = answer_three_seconds_and_drop(features), hear_the_rest(features)
    async with ScriptedServer(*scripts) as server:
        await stream_to(server, FOUR_SECONDS)
    return server.calls[1]


def places(call: Call) -> list[int]:
    return places_of(call.audio)


async def test_a_server_with_all_features_warms_up_on_what_was_answered_before() -> None:
    call = await second_call(NEW)
    [settings] = call.heard("configure")
    assert (settings["resume"], settings["warm_up"]) == (True, 1000 * WARM_UP_S)
    assert places(call) == list(range(round((3.0 - WARM_UP_S) * RATE), 4 * RATE))


async def test_a_server_that_cannot_warm_up_gets_the_unanswered_audio_alone() -> None:
    call = await second_call([*OLD, "resume"])
    [settings] = call.heard("configure")
    assert settings["resume"] is True and "warm_up" not in settings
    assert places(call) == list(range(3 * RATE, 4 * RATE))


async def test_a_server_without_resume_is_not_asked_for_it() -> None:
    call = await second_call([*OLD, "warm_up"])
    [settings] = call.heard("configure")
    assert "resume" not in settings and "warm_up" in settings


async def test_the_times_of_a_server_that_cannot_warm_up_count_from_the_resumed_audio() -> None:
    async def answer(call: Call) -> None:
        await greeting(OLD)(call)
        await call.hear_audio(RATE)
        await say_final(call, "two", 1, start=0.25, end=0.5, audio_processed=1.0)
        await call.hear("end_of_stream")
        await part(call)

    async with ScriptedServer(answer_three_seconds_and_drop(OLD), answer) as server:
        events = await stream_to(server, FOUR_SECONDS)
    finals = [event for event in events if isinstance(event, Transcript)]
    assert [(final.text, final.start) for final in finals] == [("one", 0.1), ("two", 3.25)]


async def test_a_server_that_names_no_features_is_taken_to_have_all() -> None:
    async with ScriptedServer(silence) as server:
        await stream_to(server, FOUR_SECONDS)
    assert server.calls[0].heard("configure")[0]["resume"] is True


async def test_a_server_that_is_slow_to_greet_is_not_waited_for() -> None:
    async def greet_late(call: Call) -> None:
        await call.hear("configure")
        await call.say("ready", session_id="s", model="m")
        await answer_flushes(call)

    async with ScriptedServer(greet_late) as server:
        await stream_to(server, FOUR_SECONDS)
    assert server.calls[0].heard("configure")[0]["resume"] is True


async def test_another_version_of_the_protocol_is_refused_before_any_audio_is_sent() -> None:
    async def speak_another(call: Call) -> None:
        await call.say("ready", session_id="s", model="m", protocol=2)
        await call.hear_out()

    async with ScriptedServer(speak_another) as server:
        with pytest.raises(ProtocolError, match="version 2 of the protocol, this client version 1"):
            await stream_to(server, FOUR_SECONDS)
        await server.calls[0].ended.wait()
    assert (len(server.calls), server.calls[0].samples) == (1, 0)


async def test_no_message_is_longer_than_the_server_takes() -> None:
    async def measure(call: Call) -> None:
        await call.say("ready", session_id="s", model="m", limits={"max_message_bytes": 1001})
        while not call.heard("end_of_stream"):
            before = len(call.audio)
            await call.listen()
            assert len(call.audio) - before <= 1000
        await part(call)

    async with ScriptedServer(measure) as server:
        await stream_to(server, FOUR_SECONDS)
    assert places(server.calls[0]) == places_of(FOUR_SECONDS)


def places_of(pcm: bytes | bytearray) -> list[int]:
    samples: list[int] = np.frombuffer(pcm, dtype="<u2").tolist()
    return samples
