"""Callbacks come the moment their event does, in any thread, and stop nothing."""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import Any

import pytest
from custom_stt_client import (
    CallbackFailed,
    Client,
    Refused,
    Session,
    SessionLimits,
    StreamEvent,
    StreamOptions,
    SttError,
)
from custom_stt_client.testing import (
    Call,
    ScriptedServer,
    answer_flushes,
    greet,
    one_utterance,
    say_final,
)

SOUND = bytes(6400)  # 0.2 s


def session(server: ScriptedServer) -> Session:
    return Client(server.url).stream(StreamOptions(language="en"))


async def test_a_transcript_is_told_the_moment_it_comes_without_another_chunk_of_audio() -> None:
    async def answer_the_first_chunk(call: Call) -> None:
        await greet(call)
        await call.hear_audio(3200)
        await say_final(call, "hello")
        await answer_flushes(call)

    heard: asyncio.Queue[str] = asyncio.Queue()

    async def hear(event: StreamEvent.Transcript) -> None:
        await heard.put(event.text)

    async with ScriptedServer(answer_the_first_chunk) as server, session(server) as talk:
        talk.on("transcript", hear)
        await talk.send(SOUND)
        assert await asyncio.wait_for(heard.get(), 5) == "hello"
        assert server.calls[0].samples == 3200


async def test_functions_and_async_functions_get_the_events_of_their_type_in_order() -> None:
    told: list[Any] = []

    async def later(event: Any) -> None:
        await asyncio.sleep(0)
        told.append(("async", event.type))

    async with ScriptedServer(one_utterance) as server:
        talk = session(server)
        for name in ("ready", "speech_started", "partial_transcript", "transcript"):
            talk.on(name, lambda event: told.append(event.type))
        talk.on("transcript", later)
        talk.on("utterance_end", lambda event: told.append(talk.accumulated_transcript))
        async with talk:
            await talk.send(SOUND)
    assert told == [
        "ready",
        "speech_started",
        "partial_transcript",
        "transcript",
        ("async", "transcript"),
        "hello world",
    ]


async def test_callbacks_and_an_iteration_get_the_same_events() -> None:
    told: list[str] = []
    async with ScriptedServer(one_utterance) as server:
        talk = session(server)
        talk.on("transcript", lambda event: told.append(event.text))
        async with talk:
            events = talk.__aiter__()
            await talk.send(SOUND)
            await talk.finish()
            read = [e.text async for e in events if e.type == "transcript"]
    assert told == read == ["hello world"]


async def test_a_slow_function_holds_up_neither_the_stream_nor_the_loop() -> None:
    go_on = threading.Event()
    async with ScriptedServer(one_utterance) as server:
        talk = session(server)
        talk.on("ready", lambda event: go_on.wait(10))
        talk.on("transcript", lambda event: None)
        async with talk:
            await talk.send(SOUND)
            await talk.finish()
            await asyncio.wait_for(server.calls[0].ended.wait(), 5)
            go_on.set()


async def test_an_exception_in_a_callback_is_reported_and_stops_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told: list[str] = []
    errors: list[SttError] = []

    def fail(event: Any) -> None:
        raise ValueError(event.text)

    async with ScriptedServer(one_utterance) as server:
        talk = session(server)
        talk.on("transcript", fail)
        talk.on("transcript", lambda event: told.append(event.text))
        talk.on("error", errors.append)
        async with talk:
            await talk.send(SOUND)
    assert told == ["hello world"]
    [error] = errors
    assert isinstance(error, CallbackFailed) and error.event == "transcript"
    assert isinstance(error.__cause__, ValueError)
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.__dict__["error_type"] == "ValueError"
    assert "hello" not in f"{record.__dict__}"


async def test_the_failure_of_the_session_is_told_as_an_error() -> None:
    async def refuse(call: Call) -> None:
        await greet(call)
        await call.close(1007)

    errors: list[SttError] = []
    async with ScriptedServer(refuse) as server:
        talk = session(server)
        talk.on("error", errors.append)
        with pytest.raises(Refused):
            async with talk:
                await server.calls[0].ended.wait()
    assert [type(error) for error in errors] == [Refused]


async def test_a_callback_for_no_event_is_refused_with_the_names_of_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"'final' is no event; allowed: .*error, .*transcript"):
        Client().stream().on("final", print)


async def test_to_start_and_to_close_twice_is_harmless_and_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO, "custom_stt_client"):
        async with ScriptedServer(one_utterance) as server:
            talk = session(server)
            talk.on("transcript", lambda event: None)
            await talk.start()
            await talk.start()
            await talk.close()
            await talk.close()
    told = [record.message for record in caplog.records if record.levelno == logging.INFO]
    assert told == ["callbacks started", "callbacks stopped"]
    assert len(server.calls) == 1


async def test_a_callback_may_close_the_session() -> None:
    async with ScriptedServer(one_utterance) as server:
        talk = session(server)

        async def close(event: Any) -> None:
            await talk.close()

        talk.on("speech_started", close)
        await talk.start()
        await talk.send(SOUND)
        await asyncio.wait_for(server.calls[0].ended.wait(), 5)
        await talk.close()


async def test_with_callbacks_alone_nothing_piles_up_for_an_iteration() -> None:
    limits = SessionLimits(max_events=3)
    told: list[str] = []
    async with ScriptedServer(one_utterance) as server:
        talk = Client(server.url).stream(StreamOptions(), limits)
        talk.on("transcript", lambda event: told.append(event.text))
        async with talk:
            await talk.send(SOUND)
    assert told == ["hello world"]


async def test_the_thread_of_the_callbacks_ends_with_the_session() -> None:
    async with ScriptedServer(one_utterance) as server:
        talk = session(server)
        threads: list[threading.Thread] = []
        talk.on("transcript", lambda event: threads.append(threading.current_thread()))
        async with talk:
            await talk.send(SOUND)
    [thread] = threads
    assert thread is not threading.main_thread()
    thread.join(5)
    assert not thread.is_alive()
