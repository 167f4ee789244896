from typing import Any

import pytest

from bench.clients import Log
from bench.load import Play
from bench.measures import changed_words, measure, percentiles

PLAY = Play("dialogue0.flac", 0, 2, 0.0)
FIRST, SECOND = PLAY.utterances()


def transcript(at: float, utterance: int, text: str, **fields: Any) -> tuple[float, dict[str, Any]]:
    message = {"type": "transcript", "utterance": utterance, "text": text, "is_final": True}
    return at, {**message, "stable": 0, "audio_processed": at - 0.1, **fields}


def log(*heard: tuple[float, dict[str, Any]]) -> Log:
    return Log(PLAY, list(heard))


def test_a_final_is_as_late_as_it_comes_after_speech_and_endpointing() -> None:
    both = [
        transcript(FIRST.end + 0.6, 1, FIRST.text, start=FIRST.start),
        transcript(SECOND.end + 0.8, 2, SECOND.text, start=SECOND.start),
    ]
    figures = measure([log(*both)], endpointing_s=0.5)
    assert figures.final_s == [pytest.approx(0.1), pytest.approx(0.3)]
    assert (figures.wer, figures.lost, figures.utterances) == (0.0, 0, 2)


def test_an_utterance_without_a_final_is_lost_and_all_its_words_are_errors() -> None:
    one = transcript(FIRST.end + 0.6, 1, FIRST.text, start=FIRST.start)
    figures = measure([log(one)], endpointing_s=0.5)
    assert figures.lost == 1
    assert figures.word_errors == len(SECOND.text.split())


def test_interims_have_a_first_an_age_and_a_flicker() -> None:
    start = {"start": FIRST.start, "is_final": False}
    heard = [
        transcript(FIRST.start + 0.5, 1, "Book a", **start),
        transcript(FIRST.start + 1.0, 1, "Book her ticket", **{**start, "stable": 4}),
        transcript(FIRST.end + 0.6, 1, FIRST.text, start=FIRST.start),
    ]
    figures = measure([log(*heard)], endpointing_s=0.5)
    assert figures.first_interim_s == [pytest.approx(0.5)]
    assert figures.interim_age_s == [pytest.approx(0.1)] * 2
    assert (figures.shown, figures.changed, figures.changed_stable) == (3, 1, 0)


def test_what_was_heard_is_kept_word_by_word_for_each_utterance() -> None:
    interim = transcript(FIRST.start + 0.5, 1, "Book", start=FIRST.start, is_final=False)
    final = transcript(FIRST.end + 0.6, 1, "Book a ticket.", start=FIRST.start)
    figures = measure([log(interim, final)], endpointing_s=0.5)
    assert figures.heard == [["book", "a", "ticket"], []]
    assert figures.interims == 1


def test_a_client_that_failed_is_counted() -> None:
    assert measure([Log(PLAY, failure="refused with 503")], 0.5).failures == 1


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [("one two", "one two three", 0), ("one two", "One, too", 1), ("one two", "one", 1)],
)
def test_a_word_has_changed_when_it_is_not_at_its_place(
    before: str, after: str, changed: int
) -> None:
    assert changed_words(before, after) == changed


def test_nothing_measured_has_no_percentiles() -> None:
    assert percentiles([]) == {"p50": None, "p95": None, "p99": None}
    assert percentiles([0.1, 0.3])["p50"] == pytest.approx(0.2)
