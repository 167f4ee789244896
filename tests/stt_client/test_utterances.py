"""Whatever the server says and in whatever order, utterances come complete and in order."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from custom_stt_client.events import Event, Flushed, UtteranceEnd
from custom_stt_client.messages import (
    Finalized,
    Message,
    Ready,
    SpeechEnded,
    SpeechStarted,
    Transcript,
)
from custom_stt_client.progress import Progress
from custom_stt_client.utterances import Utterances

COMPLETE = re.compile(r"(S[iF0]*E|0)*")  # 0: a flush that no final came with


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


def new_utterances() -> Utterances:
    return Utterances(Progress())


def hear(utterances: Utterances, *messages: Message) -> list[Event]:
    return [event for message in messages for event in utterances.receive(message)]


def letter(event: Event) -> str:
    match event:
        case SpeechStarted():
            return "S"
        case Transcript(is_final=is_final):
            return "F" if is_final else "i"
        case UtteranceEnd():
            return "E"
        case Flushed(has_final=False):
            return "0"
    return ""


def shape(events: Sequence[Event]) -> str:
    return "".join(map(letter, events))


def finals(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Transcript) and event.is_final]


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
def test_events_come_in_order(said: list[Message], heard: str) -> None:
    assert shape(hear(new_utterances(), *said)) == heard


@pytest.mark.parametrize(
    ("said", "heard"), [([], ""), ([start(0), interim(0)], "E"), ([start(0), start(1)], "ESE")]
)
def test_the_end_of_the_stream_ends_open_speech(said: list[Message], heard: str) -> None:
    utterances = new_utterances()
    hear(utterances, *said)
    assert shape(utterances.finish()) == heard


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
    utterances = new_utterances()
    hear(utterances, *before)
    assert utterances.interrupted() == []
    assert shape(hear(utterances, *after)) == heard


def test_speech_that_has_had_its_last_final_ends_with_the_connection() -> None:
    utterances = new_utterances()
    hear(utterances, start(2), replace(final(2), audio_processed=3.0))
    assert utterances.interrupted() == [UtteranceEnd(2, 2.0, 2.8)]


MESSAGES: list[Message] = [start(0), final(0), end(0), start(1), interim(1), final(1), end(1)]


@pytest.mark.parametrize("left_out", range(len(MESSAGES)))
def test_any_order_of_any_messages_gives_complete_utterances_and_loses_no_final(
    left_out: int,
) -> None:
    some = MESSAGES[:left_out] + MESSAGES[left_out + 1 :]
    for said in itertools.permutations(some):
        utterances = new_utterances()
        events = hear(utterances, *said) + utterances.finish()
        assert COMPLETE.fullmatch(shape(events)), said
        assert finals(events) == [m.text for m in said if isinstance(m, Transcript) and m.is_final]


def test_any_babble_gives_complete_utterances_and_every_flush_a_final_of_its_own() -> None:
    choose = random.Random(1)
    makers = (start, interim, final, end, Finalized)
    for _ in range(2000):
        utterances, events, flushes = new_utterances(), [], choose.randrange(4)
        for flush_id in range(flushes):
            said = [choose.choice(makers)(choose.randrange(5)) for _ in range(6)]
            events += hear(utterances, *said)
            utterances.flush_sent(flush_id)
        events += utterances.finish()
        heard = shape(events)
        assert COMPLETE.fullmatch(heard)
        assert heard.count("F") + heard.count("0") >= flushes


def test_a_flush_with_nothing_open_is_answered_by_an_empty_final() -> None:
    utterances = new_utterances()
    utterances.flush_sent(1)
    assert shape(utterances.receive(Finalized(1))) == "0"


def test_a_flush_that_was_answered_by_a_final_gets_no_second_one() -> None:
    utterances = new_utterances()
    hear(utterances, start(0))
    utterances.flush_sent(1)
    assert shape(hear(utterances, final(0), end(0), Finalized(1))) == "FE"


def test_a_final_from_before_the_flush_does_not_answer_it() -> None:
    utterances = new_utterances()
    hear(utterances, start(0), final(0), end(0))
    utterances.flush_sent(1)
    assert shape(utterances.receive(Finalized(1))) == "0"


def test_two_flushes_get_two_finals() -> None:
    utterances = new_utterances()
    hear(utterances, start(0))
    utterances.flush_sent(1)
    utterances.flush_sent(2)
    assert shape(hear(utterances, final(0), end(0), Finalized(1), Finalized(2))) == "FE0"


def test_a_flush_that_is_sent_again_is_answered_once() -> None:
    utterances = new_utterances()
    hear(utterances, start(0))
    utterances.flush_sent(1)
    hear(utterances, final(0))
    utterances.interrupted()
    utterances.flush_sent(1)
    assert shape(utterances.receive(Finalized(1))) == ""
    utterances.flush_sent(1)
    assert shape(utterances.receive(Finalized(1)) + utterances.finish()) == "E"


def test_a_flush_is_answered_even_if_the_connection_ends() -> None:
    utterances = new_utterances()
    hear(utterances, start(0))
    utterances.flush_sent(1)
    assert shape(utterances.finish()) == "E0"


def test_a_flush_tells_how_far_audio_was_sent() -> None:
    progress = Progress()
    utterances = Utterances(progress)
    utterances.flush_sent(1)
    progress.sent(0.0, 2.5)
    assert utterances.receive(Finalized(1)) == [Flushed(1, False, 2.5)]


def test_an_end_tells_where_speech_began_and_why_its_final_is_missing() -> None:
    suppressed = replace(end(0), suppressed="repetition")
    events = hear(new_utterances(), start(0), interim(0), suppressed, start(1), final(1), end(1))
    ends = [event for event in events if isinstance(event, UtteranceEnd)]
    assert ends == [UtteranceEnd(0, 0.0, 0.9, "repetition"), UtteranceEnd(1, 1.0, 1.9)]


def test_what_is_said_of_the_session_passes() -> None:
    assert hear(new_utterances(), Ready("s", "m")) == [Ready("s", "m")]
