import pytest

from bench.peers.clients import Log
from bench.peers.measures import measure
from bench.peers.product import Screen
from stt_testing.recordings import Utterance

FIRST = Utterance("Seven one four.", 1.0, 3.0, ())
SECOND = Utterance("Three two one.", 6.0, 8.0, ())


def log(*screens: tuple[float, str, str], both: bool = False) -> Log:
    """What was shown: time, finals, interim."""
    shown = [(at, Screen(final, interim)) for at, final, interim in screens]
    return Log([FIRST, SECOND] if both else [FIRST], shown)


def test_words_are_timed_from_speech_until_shown_until_complete_and_until_final() -> None:
    figures = measure(
        [
            log(
                (1.5, "", "seven"),
                (2.5, "", "Seven won for"),
                (3.1, "", "Seven one four"),
                (3.6, "Seven one four.", ""),
            )
        ]
    )
    assert figures.first_s == [pytest.approx(0.5)]
    assert figures.complete_s == [pytest.approx(0.1)]
    assert figures.final_s == [pytest.approx(0.6)]
    assert (figures.words, figures.lost, figures.wer) == (3, 0, 0.0)


def test_each_recording_has_times_of_its_own_though_texts_go_on() -> None:
    said = "Seven one four."
    figures = measure(
        [
            log(
                (1.4, "", "Seven"),
                (3.5, said, ""),
                (6.8, said, "three"),
                (8.2, f"{said} Three two one.", ""),
                both=True,
            )
        ]
    )
    assert figures.first_s == [pytest.approx(0.4), pytest.approx(0.8)]
    assert figures.complete_s == [pytest.approx(0.5), pytest.approx(0.2)]
    assert figures.final_s == [pytest.approx(0.5), pytest.approx(0.2)]


def test_a_first_word_that_comes_during_the_next_recording_is_as_late_as_that() -> None:
    everything = "Seven one four. Three two one."
    figures = measure([log((6.5, "Seven one four.", ""), (9.0, everything, ""), both=True)])
    assert figures.first_s == [pytest.approx(5.5), pytest.approx(3.0)]
    assert figures.final_s == [pytest.approx(3.5), pytest.approx(1.0)]


def test_words_with_nothing_in_their_place_are_lost_and_others_are_errors_only() -> None:
    figures = measure([log((3.6, "Seven won", ""))])
    assert (figures.lost, figures.errors, figures.words) == (1, 2, 3)


def test_what_a_client_holds_without_a_final_counts_as_held_and_unfinished() -> None:
    figures = measure([log((3.6, "Seven one", "four"))])
    assert (figures.lost, figures.unfinished, figures.final_s) == (0, 1, [])


def test_a_recording_of_which_nothing_was_held_has_no_times_and_all_its_words_are_lost() -> None:
    figures = measure([log((3.6, "Seven one four.", ""), both=True)])
    assert (len(figures.first_s), figures.unfinished, figures.lost) == (1, 1, 3)


def test_a_session_that_showed_nothing_and_failed_is_counted() -> None:
    figures = measure([Log([FIRST], failure="refused")])
    assert (figures.failures, figures.lost, figures.unfinished) == (["refused"], 3, 1)
