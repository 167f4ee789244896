"""A connection's times and numbers in the stream's terms."""

from __future__ import annotations

import pytest
from custom_stt_client.backlog import Audio
from custom_stt_client.messages import (
    Finalized,
    Message,
    Progress,
    Ready,
    SpeechEnded,
    SpeechStarted,
    Transcript,
    Word,
)
from custom_stt_client.timeline import MAX_HOLES, Carried, Timeline

RATE = 1000


def timeline(start: int = 0, first: int = 0, carried: Carried | None = None) -> Timeline:
    return Timeline(RATE, start, first, carried)


def audio(position: int, samples: int) -> Audio:
    return Audio(position, bytes(2 * samples))


def final(utterance: int, start: float = 0.5) -> Transcript:
    word = Word("hi", start, start + 0.25, 0.9)
    return Transcript(utterance, "hi", True, start, 1.0, "en", 0.9, (word,), None, 1.5)


def test_all_times_go_on_from_where_the_connection_began() -> None:
    [said] = timeline(start=10_000).translate(final(1))
    assert isinstance(said, Transcript) and said.words
    assert (said.start, said.end, said.audio_processed) == (10.5, 11.0, 11.5)
    assert (said.words[0].start, said.words[0].end) == (10.5, 10.75)


def test_utterances_count_on_from_those_before() -> None:
    later = timeline(first=5)
    told = [later.translate(SpeechStarted(number, 0.0))[0] for number in (1, 2)]
    assert told == [SpeechStarted(5, 0.0), SpeechStarted(6, 0.0)]


def test_the_first_connections_numbers_are_the_servers() -> None:
    assert timeline().translate(SpeechEnded(1, 2.0, None)) == [SpeechEnded(1, 2.0, None)]


def test_audio_that_was_dropped_in_between_counts_in_the_times() -> None:
    holed = timeline()
    holed.sent(audio(0, 1000))
    holed.sent(audio(4000, 1000))
    times = [holed.translate(Progress(at))[0] for at in (0.5, 1.5)]
    assert times == [Progress(0.5), Progress(4.5)]


def test_the_newest_holes_are_remembered() -> None:
    holed = timeline()
    for number in range(2 * MAX_HOLES):
        holed.sent(audio(2 * number * 100, 100))
    assert holed.translate(Progress(12.75)) == [Progress(25.45)]


CARRIED = Carried(utterance=3, start_s=1.5, end_s=1.8, cut_s=2.0)


def after_the_cut(message: Message) -> list[Message]:
    return list(timeline(first=4, carried=CARRIED).translate(message))


def test_an_utterance_that_began_before_the_cut_is_continued() -> None:
    assert after_the_cut(SpeechStarted(1, 1.5)) == [SpeechStarted(3, 1.5)]


def test_an_utterance_that_began_after_the_cut_is_the_next_one() -> None:
    ended = SpeechEnded(3, 1.8, None)
    assert after_the_cut(SpeechStarted(1, 2.5)) == [ended, SpeechStarted(4, 2.5)]


def test_an_utterance_that_is_not_heard_again_ends_where_it_was_last_heard() -> None:
    ended = SpeechEnded(3, 1.8, None)
    assert after_the_cut(Progress(1.9)) == [Progress(1.9)]
    assert after_the_cut(Progress(2.0)) == [ended, Progress(2.0)]
    assert after_the_cut(Ready("s", "m")) == [Ready("s", "m")]


@pytest.mark.parametrize(("flushed_at", "is_over"), [(1000, False), (1600, True)])
def test_only_an_answered_flush_after_its_start_tells_that_it_is_over(
    flushed_at: int, is_over: bool
) -> None:
    later = timeline(first=4, carried=CARRIED)
    later.sent(audio(0, flushed_at))
    later.flush_sent(1)
    later.sent(audio(flushed_at, 2000))
    ended = [SpeechEnded(3, 1.8, None)] if is_over else []
    assert later.translate(Finalized(1)) == [*ended, Finalized(1)]


def test_what_comes_after_the_continued_one_is_the_next() -> None:
    later = timeline(first=4, carried=CARRIED)
    later.translate(SpeechStarted(1, 1.5))
    assert later.translate(Progress(9.0)) == [Progress(9.0)]
    assert later.translate(SpeechStarted(2, 1.8)) == [SpeechStarted(4, 1.8)]
