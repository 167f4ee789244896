"""Events wait for their reader up to a bound, and none is lost in silence."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from custom_stt_client.errors import ConnectionFailed, SlowConsumer
from custom_stt_client.event_buffer import EventBuffer, Overflow
from custom_stt_client.events import Event, UtteranceEnd
from custom_stt_client.messages import SpeechStarted, Transcript


def transcript(text: str, is_final: bool) -> Transcript:
    return Transcript(0, text, is_final, 0.0, 1.0, "en", 0.9, None, None, None)


def interim(text: str) -> Transcript:
    return transcript(text, False)


def final(text: str) -> Transcript:
    return transcript(text, True)


START, END = SpeechStarted(0, 0.0), UtteranceEnd(0, 0.0, 1.0)


def buffer(max_events: int, overflow: Overflow, *events: Event) -> EventBuffer:
    filled = EventBuffer(max_events, overflow)
    for event in events:
        filled.put(event)
    return filled


async def read(events: EventBuffer) -> list[Event]:
    events.close()
    told = []
    while event := await events.next():
        told.append(event)
    return told


async def test_events_come_out_in_their_order() -> None:
    events = buffer(4, "error", START, interim("a"), final("b"), END)
    assert await read(events) == [START, interim("a"), final("b"), END]


async def test_one_event_too_many_is_a_clear_error_and_those_before_stay() -> None:
    events = buffer(2, "error", START, interim("a"))
    with pytest.raises(SlowConsumer, match="2 events wait to be read: read faster, raise max_even"):
        events.put(interim("b"))
    assert await read(events) == [START, interim("a")]


async def test_the_oldest_interims_are_lost_first_where_that_is_wanted() -> None:
    events = buffer(3, "drop_interims", START, interim("a"), interim("b"), interim("c"), final("d"))
    assert await read(events) == [START, interim("c"), final("d")]


async def test_a_new_interim_is_lost_where_all_others_must_stay() -> None:
    events = buffer(2, "drop_interims", START, final("a"), interim("b"))
    assert await read(events) == [START, final("a")]


async def test_a_final_is_never_lost_in_silence() -> None:
    events = buffer(2, "drop_interims", START, final("a"))
    with pytest.raises(SlowConsumer):
        events.put(final("b"))


async def test_a_cancelled_wait_loses_no_event() -> None:
    events = buffer(9, "error")
    for number in range(50):
        waiting = asyncio.create_task(events.next())
        for _ in range(number % 3):
            await asyncio.sleep(0)
        events.put(final(str(number)))
        for _ in range(number % 2):
            await asyncio.sleep(0)
        if not waiting.cancel():
            assert waiting.result() == final(str(number))
            continue
        await asyncio.wait({waiting})
        assert waiting.cancelled()
        assert await events.next() == final(str(number))


async def test_an_error_comes_once_behind_the_events_before_it() -> None:
    events = buffer(9, "error", START)
    events.close(ConnectionFailed("lost", retryable=True))
    events.close()
    assert await events.next() == START
    with pytest.raises(ConnectionFailed):
        await events.next()
    assert await events.next() is None


@pytest.mark.parametrize(
    ("max_events", "overflow", "told"),
    [(0, "error", "max_events must be at least 1"), (1, "lose", "'error' or 'drop_interims'")],
)
def test_a_wrong_bound_is_refused(max_events: int, overflow: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        EventBuffer(max_events, overflow)
