"""Whatever the server says and in whatever order, LiveKit hears complete turns."""

from __future__ import annotations

import itertools
import random
import re
from dataclasses import replace

import pytest
from livekit.agents import stt
from livekit.plugins.custom_stt._clock import AudioClock
from livekit.plugins.custom_stt._messages import (
    Finalized,
    Message,
    Ready,
    SpeechEnded,
    SpeechStarted,
    Transcript,
    Word,
)
from livekit.plugins.custom_stt._turns import Turns

from stt_testing.listening import LETTERS

COMPLETE = re.compile(r"(S[iF0]*E|0)*")  # 0: an empty final that answers a flush


def start(utterance: int) -> SpeechStarted:
    return SpeechStarted(utterance, float(utterance))


def transcript(utterance: int, text: str, is_final: bool) -> Transcript:
    return Transcript(
        utterance, text, is_final, utterance + 0.1, utterance + 0.8, "en", 0.9, None, None, None
    )


def interim(utterance: int, text: str = "maybe") -> Transcript:
    return transcript(utterance, text, False)


def final(utterance: int, text: str | None = None) -> Transcript:
    return transcript(utterance, text or f"text {utterance}", True)


def end(utterance: int) -> SpeechEnded:
    return SpeechEnded(utterance, utterance + 0.9)


def new_turns() -> Turns:
    return Turns(AudioClock())


def hear(turns: Turns, *messages: Message) -> list[stt.SpeechEvent]:
    return [event for message in messages for event in turns.receive(message)]


def letter(event: stt.SpeechEvent) -> str:
    is_answer = "F" in LETTERS[event.type] and not event.alternatives[0].text
    return "0" if is_answer else LETTERS[event.type]


def shape(events: list[stt.SpeechEvent]) -> str:
    return "".join(map(letter, events))


def finals(events: list[stt.SpeechEvent]) -> list[str]:
    return [event.alternatives[0].text for event in events if letter(event) == "F"]


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ([start(0), interim(0), interim(0), final(0), end(0)], "SiiFE"),
        ([start(0), final(0), interim(0), final(0), end(0)], "SFiFE"),  # a forced cut
        ([start(0), interim(0), end(0)], "SiE"),  # a suppressed hallucination
        ([final(0), end(0)], "SFE"),
        ([start(0), start(0), end(0), end(0)], "SE"),
        ([start(0), end(0), interim(0)], "SE"),
        ([start(0), end(0), final(0)], "SESFE"),
        ([start(0), start(1), interim(1), final(0)], "SF"),
        ([start(0), start(1), interim(1), interim(1), final(0), end(0)], "SFESi"),
        ([start(0), start(1), final(1)], "SESF"),
        ([start(0), start(1), start(2), final(2), end(2)], "SESESFE"),
        ([start(0), end(0), start(1), final(0), end(1)], "SESFE"),
    ],
)
def test_events_come_in_livekits_order(said: list[Message], heard: str) -> None:
    assert shape(hear(new_turns(), *said)) == heard


@pytest.mark.parametrize(
    ("said", "heard"), [([], ""), ([start(0), interim(0)], "E"), ([start(0), start(1)], "ESE")]
)
def test_the_end_of_the_stream_ends_open_speech(said: list[Message], heard: str) -> None:
    turns = new_turns()
    hear(turns, *said)
    assert shape(turns.finish()) == heard


@pytest.mark.parametrize(
    ("before", "after", "heard"),
    [
        ([start(0), interim(0)], [start(0), interim(0), final(0), end(0)], "iFE"),
        ([start(0), final(0)], [start(0), final(0), end(0)], "FE"),  # a forced cut
        ([start(0), final(0)], [end(0), start(1)], "ES"),
        ([start(0), start(1), interim(1)], [final(0), end(0), start(1)], "FES"),
        ([start(0), end(0)], [start(1)], "S"),
    ],
)
def test_speech_that_a_lost_connection_left_open_goes_on(
    before: list[Message], after: list[Message], heard: str
) -> None:
    turns = new_turns()
    hear(turns, *before)
    assert turns.interrupted() == []
    assert shape(hear(turns, *after)) == heard


def test_speech_that_has_had_its_last_final_ends_with_the_connection_and_when_it_did() -> None:
    clock = AudioClock(lambda: 500.0)
    clock.pushed(10.0)
    turns = Turns(clock)
    hear(turns, start(2), replace(final(2), audio_processed=3.0))
    [ended] = turns.interrupted()
    assert (shape([ended]), ended.speech_end_time) == ("E", 492.8)


def test_an_utterance_keeps_its_id_over_connections() -> None:
    turns = new_turns()
    events = hear(turns, Ready("a", "m"), start(0), interim(0), Ready("b", "m"), final(0), end(0))
    assert {event.request_id for event in events} == {"a-0"}


MESSAGES: list[Message] = [start(0), final(0), end(0), start(1), interim(1), final(1), end(1)]


@pytest.mark.parametrize("left_out", range(len(MESSAGES)))
def test_any_order_of_any_messages_gives_complete_turns_and_loses_no_final(left_out: int) -> None:
    some = MESSAGES[:left_out] + MESSAGES[left_out + 1 :]
    for said in itertools.permutations(some):
        turns = new_turns()
        events = hear(turns, *said) + turns.finish()
        assert COMPLETE.fullmatch(shape(events)), said
        assert finals(events) == [m.text for m in said if isinstance(m, Transcript) and m.is_final]


def test_any_babble_gives_complete_turns_and_every_flush_a_final_of_its_own() -> None:
    choose = random.Random(1)
    makers = (start, interim, final, end, Finalized)
    for _ in range(2000):
        turns, events, flushes = new_turns(), [], choose.randrange(4)
        for flush_id in range(flushes):
            said = [choose.choice(makers)(choose.randrange(5)) for _ in range(6)]
            events += hear(turns, *said)
            turns.flush_sent(flush_id)
        events += turns.finish()
        heard = shape(events)
        assert COMPLETE.fullmatch(heard)
        assert heard.count("F") + heard.count("0") >= flushes


def test_a_flush_with_nothing_open_is_answered_by_an_empty_final() -> None:
    turns = new_turns()
    turns.flush_sent(1)
    assert shape(turns.receive(Finalized(1))) == "0"


def test_a_flush_that_was_answered_by_a_final_gets_no_second_one() -> None:
    turns = new_turns()
    hear(turns, start(0))
    turns.flush_sent(1)
    assert shape(hear(turns, final(0), end(0), Finalized(1))) == "FE"


def test_a_final_from_before_the_flush_does_not_answer_it() -> None:
    turns = new_turns()
    hear(turns, start(0), final(0), end(0))
    turns.flush_sent(1)
    assert shape(turns.receive(Finalized(1))) == "0"


def test_two_flushes_get_two_finals() -> None:
    turns = new_turns()
    hear(turns, start(0))
    turns.flush_sent(1)
    turns.flush_sent(2)
    assert shape(hear(turns, final(0), end(0), Finalized(1), Finalized(2))) == "FE0"


def test_a_flush_that_is_sent_again_is_answered_once() -> None:
    turns = new_turns()
    hear(turns, start(0))
    turns.flush_sent(1)
    hear(turns, final(0))
    turns.interrupted()
    turns.flush_sent(1)
    assert shape(turns.receive(Finalized(1))) == ""
    turns.flush_sent(1)
    assert shape(turns.receive(Finalized(1)) + turns.finish()) == "E"


def test_a_flush_is_answered_even_if_the_connection_ends() -> None:
    turns = new_turns()
    hear(turns, start(0))
    turns.flush_sent(1)
    assert shape(turns.finish()) == "E0"


def test_events_tell_when_speech_began_and_ended_and_whose_it_is() -> None:
    clock = AudioClock(lambda: 500.0)
    clock.pushed(10.0)
    turns = Turns(clock)
    events = hear(turns, Ready("s1", "pico"), start(2), final(2), end(2))
    assert [event.request_id for event in events] == ["s1-2"] * 3
    assert events[0].speech_start_time == 492.0
    assert [event.speech_end_time for event in events[1:]] == [492.8, 492.9]


def test_an_end_of_speech_tells_why_its_final_is_missing() -> None:
    suppressed = replace(end(0), suppressed="repetition")
    events = hear(new_turns(), start(0), interim(0), suppressed, start(1), final(1), end(1))
    ends = [event.alternatives[0].metadata for event in events if letter(event) == "E"]
    assert ends == [{"suppressed": "repetition"}, None]


def test_where_speech_began_and_ended_is_told_in_the_streams_time_too() -> None:
    clock = AudioClock()
    clock.start_time_offset = 10.0
    turns = Turns(clock)
    events = hear(turns, start(2), final(2), end(2)) + hear(turns, final(1))
    times = [(e.alternatives[0].start_time, e.alternatives[0].end_time) for e in events]
    spoken = [(12.0, 0.0), (12.1, 12.8), (12.0, 12.9)]
    late = [(11.1, 0.0), (11.1, 11.8), (11.1, 11.8)]
    assert times == spoken + late


def test_a_final_carries_times_words_confidence_and_the_servers_lag() -> None:
    clock = AudioClock()
    clock.start_time_offset = 10.0
    clock.pushed(2.0)
    word = Word("hi", 0.5, 0.75, 0.4)
    said = Transcript(0, "hi", True, 0.5, 1.0, "en", 0.8, (word,), 0.1, 1.5)
    data = hear(Turns(clock), said)[1].alternatives[0]
    assert (data.text, data.language, data.confidence) == ("hi", "en", 0.8)
    assert (data.start_time, data.end_time) == (10.5, 11.0)
    assert data.metadata == {"no_speech_prob": 0.1, "lag_s": 0.5}
    assert data.words is not None
    assert [(w, w.start_time, w.end_time, w.confidence) for w in data.words] == [
        ("hi", 10.5, 10.75, 0.4)
    ]
