"""A session as a user has it: an async iterator on a real socket."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator

import psutil
import pytest
from custom_stt_client import (
    Client,
    ConnectionFailed,
    Event,
    Refused,
    ServerTimeout,
    Session,
    SessionClosed,
    SessionLimits,
    SlowConsumer,
    StreamEvent,
    StreamOptions,
)
from custom_stt_client.testing import (
    Call,
    ScriptedServer,
    answer_flushes,
    greet,
    one_utterance,
    part,
    say_final,
    silence,
)

SOUND = bytes(6400)  # 0.2 s
PATIENT = SessionLimits(drain_timeout_s=60.0)


def session(server: ScriptedServer, limits: SessionLimits | None = None) -> Session:
    return Client(server.url).stream(StreamOptions(language="en"), limits)


def finals(events: list[Event]) -> list[str]:
    return [e.text for e in events if isinstance(e, StreamEvent.Transcript) and e.is_final]


async def test_audio_goes_in_and_a_complete_utterance_comes_out() -> None:
    async with ScriptedServer(one_utterance) as server, session(server) as talk:
        await talk.send(SOUND)
        await talk.finish()
        events = [event async for event in talk]
    kinds = ["ready", "speech_started", "partial_transcript", "transcript", "utterance_end"]
    assert [event.type for event in events] == kinds
    assert finals(events) == ["hello world"]
    assert server.calls[0].messages[0]["language"] == "en"


async def two_utterances(call: Call) -> None:
    await greet(call)
    await call.hear("end_of_stream")
    for utterance, texts in enumerate([("one", "two"), ("three",)]):
        for text in texts:
            await say_final(call, text, utterance)
        await call.say("speech_ended", utterance=utterance, end=0.2)
    await part(call)


async def test_at_the_end_of_an_utterance_its_finals_are_accumulated() -> None:
    told = []
    async with ScriptedServer(two_utterances) as server, session(server) as talk:
        await talk.finish()
        await asyncio.wait_for(server.calls[0].ended.wait(), 5)  # all has come, nothing is read
        async for event in talk:
            if isinstance(event, StreamEvent.UtteranceEnd):
                told.append(talk.accumulated_transcript)
    assert told == ["one two", "three"]


async def test_leaving_the_block_waits_for_what_is_owed_which_can_be_read_after_it() -> None:
    async with ScriptedServer(one_utterance) as server:
        async with session(server) as talk:
            await talk.send(SOUND)
        assert finals([event async for event in talk]) == ["hello world"]
        assert len(server.calls[0].heard("end_of_stream")) == 1


async def never_end(call: Call) -> None:
    await greet(call)
    await call.hear_out()


async def test_leaving_the_block_waits_no_longer_than_it_should_and_says_so() -> None:
    limits = SessionLimits(drain_timeout_s=0.01)
    async with ScriptedServer(never_end) as server:
        with pytest.raises(ServerTimeout, match="did not answer all audio"):
            async with session(server, limits) as talk:
                await talk.send(SOUND)
        await asyncio.wait_for(server.calls[0].ended.wait(), 5)


async def test_an_exception_in_the_block_closes_at_once_and_is_not_replaced() -> None:
    async def leave_by_an_exception(server: ScriptedServer) -> None:
        async with session(server, PATIENT) as talk:
            await talk.send(SOUND)
            raise KeyError("the user's")

    async with ScriptedServer(never_end) as server:
        with pytest.raises(KeyError, match="the user's"):
            await asyncio.wait_for(leave_by_an_exception(server), 5)
        await asyncio.wait_for(server.calls[0].ended.wait(), 5)


async def test_close_aborts_and_ends_the_iteration_however_often() -> None:
    async with ScriptedServer(never_end) as server, session(server, PATIENT) as talk:
        await talk.send(SOUND)
        await talk.close()
        await talk.close()
        assert [event.type async for event in talk] == ["ready"]


async def test_a_flush_is_answered_while_the_session_goes_on() -> None:
    async with ScriptedServer(silence) as server, session(server) as talk:
        await talk.send(SOUND)
        flush_id = await talk.flush()
        async for event in talk:
            if event.type == "flushed":
                break
        assert event == StreamEvent.Flushed(flush_id, has_final=False, position=0.2)


async def test_options_change_while_the_session_goes_on() -> None:
    async def hear_the_change(call: Call) -> None:
        await greet(call)
        await call.hear("configure")
        await answer_flushes(call)

    async with ScriptedServer(hear_the_change) as server, session(server) as talk:
        talk.update_options(prompt="about trains")
        with pytest.raises(ValueError, match=r"^sample_rate: fixed for the life of a stream"):
            talk.update_options(sample_rate=8000)
        await talk.finish()
        assert [event.type async for event in talk] == ["ready"]
    change = {"type": "configure", "prompt": "about trains"}
    assert server.calls[0].heard("configure")[1:] == [change]


async def test_audio_may_come_from_an_async_iterator_which_is_closed_behind_it() -> None:
    closed = asyncio.Event()

    async def microphone() -> AsyncIterator[bytes]:
        try:
            for _ in range(4):
                yield SOUND
        finally:
            closed.set()

    async with ScriptedServer(one_utterance) as server, session(server) as talk:
        talk.send_from(microphone(), finish=True)
        assert finals([event async for event in talk]) == ["hello world"]
    assert closed.is_set() and len(server.calls[0].audio) == 4 * len(SOUND)


async def test_an_async_iterator_that_fails_ends_the_session_with_its_error() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield SOUND
        raise OSError("unplugged")

    async with ScriptedServer(never_end) as server:
        with pytest.raises(OSError, match="unplugged"):
            async with session(server, PATIENT) as talk:
                talk.send_from(broken())
                async for _ in talk:
                    pass


async def test_audio_after_the_end_of_the_input_is_refused() -> None:
    async with ScriptedServer(silence) as server, session(server) as talk:
        await talk.finish()
        await talk.finish()
        with pytest.raises(SessionClosed, match="used once"):
            await talk.send(SOUND)


async def test_a_session_that_has_not_begun_says_how_to_begin() -> None:
    with pytest.raises(SessionClosed, match="async with"):
        await Client().stream().send(SOUND)


async def test_a_connection_that_fails_is_raised_where_the_session_is_entered() -> None:
    with pytest.raises(ConnectionFailed, match="is it running"):
        async with Client("http://127.0.0.1:1").stream():
            raise AssertionError("entered")


async def test_a_failure_ends_the_iteration_and_is_raised_once() -> None:
    async def refuse(call: Call) -> None:
        await greet(call)
        await call.close(1007)

    async with ScriptedServer(refuse) as server, session(server) as talk:
        with pytest.raises(Refused):
            async for _ in talk:
                pass
        assert [event async for event in talk] == []


async def test_a_failure_that_no_iteration_has_met_is_raised_by_leaving_the_block() -> None:
    async def refuse(call: Call) -> None:
        await greet(call)
        await call.close(1007)

    async with ScriptedServer(refuse) as server:
        with pytest.raises(Refused):
            async with session(server):
                await server.calls[0].ended.wait()


async def babble(call: Call) -> None:
    """Fifty utterances, each of an interim and a final."""
    await greet(call)
    await call.hear_audio(1)
    for utterance in range(50):
        times = {"start": 0.1, "end": 0.2}
        await call.say("transcript", utterance=utterance, text="?", is_final=False, **times)
        await say_final(call, str(utterance), utterance)
        await call.say("speech_ended", utterance=utterance, end=0.2)
    await answer_flushes(call)


async def test_a_reader_that_stops_for_long_loses_nothing_within_the_bound() -> None:
    limits = SessionLimits(max_events=201)
    async with ScriptedServer(babble) as server, session(server, limits) as talk:
        await talk.send(SOUND)
        await talk.finish()
        await server.calls[0].ended.wait()
        assert finals([event async for event in talk]) == [str(n) for n in range(50)]


async def test_a_reader_that_stops_for_too_long_gets_what_waited_and_a_clear_error() -> None:
    events: list[Event] = []
    async with ScriptedServer(babble) as server:
        with pytest.raises(SlowConsumer, match="80 events wait to be read"):
            async with session(server, SessionLimits(max_events=80)) as talk:
                await talk.send(SOUND)
                await server.calls[0].ended.wait()
                async for event in talk:
                    events.append(event)
    assert (len(events), finals(events)) == (80, [str(n) for n in range(20)])


async def test_a_reader_that_stops_may_choose_to_lose_interims_alone() -> None:
    limits = SessionLimits(max_events=160, overflow="drop_interims")
    async with ScriptedServer(babble) as server, session(server, limits) as talk:
        await talk.send(SOUND)
        await talk.finish()
        await server.calls[0].ended.wait()
        events = [event async for event in talk]
    assert finals(events) == [str(n) for n in range(50)]
    assert sum(event.type == "partial_transcript" for event in events) < 50


async def test_an_iteration_that_is_cancelled_again_and_again_loses_no_event() -> None:
    events: list[Event] = []
    async with ScriptedServer(babble) as server, session(server) as talk:
        await talk.send(SOUND)
        await talk.finish()
        while True:
            reading = asyncio.ensure_future(anext(talk))
            await asyncio.wait({reading}, timeout=0)
            reading.cancel()
            await asyncio.wait({reading})
            if reading.cancelled():
                continue
            if reading.exception():
                break
            events.append(reading.result())
    assert finals(events) == [str(n) for n in range(50)]


async def drop_in_speech(call: Call) -> None:
    await greet(call)
    await call.hear_audio(3200)
    await call.say("speech_started", utterance=1, start=0.01)
    await call.hear("end_of_stream")
    call.drop()


async def test_a_lost_connection_is_told_and_the_session_goes_on() -> None:
    async with ScriptedServer(drop_in_speech, one_utterance) as server, session(server) as talk:
        await talk.send(SOUND)
        await talk.finish()
        events = [event async for event in talk]
    kinds = [event.type for event in events if event.type not in ("ready", "partial_transcript")]
    assert kinds == [
        "speech_started",
        "reconnecting",
        "reconnected",
        "transcript",
        "utterance_end",
    ]
    [resumed] = [event for event in events if isinstance(event, StreamEvent.Reconnected)]
    assert resumed.replayed_s == pytest.approx(0.2) and resumed.gap_s > 0
    assert server.calls[1].audio == SOUND


async def test_a_session_that_may_not_resume_ends_with_its_connection() -> None:
    limits = SessionLimits(resumes=False)
    async with ScriptedServer(drop_in_speech) as server:
        with pytest.raises(ConnectionFailed):
            async with session(server, limits) as talk:
                await talk.send(SOUND)
    assert len(server.calls) == 1


async def test_a_file_that_is_sent_at_once_waits_for_the_socket_and_is_whole() -> None:
    hour = bytes(32_000 * 60)
    async with ScriptedServer(silence) as server, session(server) as talk:
        for _ in range(10):
            await talk.send(hour)
        assert talk._open_stream().progress.pushed_s - talk._open_stream().progress.sent_s < 130
        await talk.finish()
        assert [event.type async for event in talk] == ["ready"]
    assert len(server.calls[0].audio) == 10 * len(hour)


async def test_a_thousand_sessions_leave_no_task_and_no_socket() -> None:
    async with ScriptedServer(one_utterance) as server:
        await open_and_close(server, 100)
        before = resources(server)
        await open_and_close(server, 1000)
        after = resources(server)
    assert after[0] <= before[0] and after[1] <= before[1]
    assert not [thing for thing in gc.get_objects() if isinstance(thing, Session)]


async def open_and_close(server: ScriptedServer, count: int) -> None:
    for first in range(0, count, 50):
        await asyncio.gather(*(use(server, number) for number in range(first, first + 50)))


async def use(server: ScriptedServer, number: int) -> None:
    """Every other session is read to its end, the others are closed at some moment."""
    talk = session(server, PATIENT)
    if number % 2:
        async with talk:
            await talk.send(SOUND)
            await talk.finish()
            assert len([event async for event in talk]) == 5
        return
    starting = asyncio.create_task(talk.start())
    for _ in range(number % 64):
        await asyncio.sleep(0)
    await talk.close()
    await asyncio.gather(starting, return_exceptions=True)


def resources(server: ScriptedServer) -> tuple[int, int]:
    server.calls.clear()
    gc.collect()
    return len(asyncio.all_tasks()), psutil.Process().num_fds()
