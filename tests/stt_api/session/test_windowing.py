from itertools import pairwise

import pytest

from stt_api.session.audio import SAMPLE_RATE
from stt_api.session.windowing import (
    DecodeWindow,
    Hypothesis,
    OverlapWindowing,
    UtteranceWindowing,
    Windowing,
    WindowingPolicy,
    windowing,
)
from stt_api.session.word import Word


def at(seconds: float) -> int:
    return int(seconds * SAMPLE_RATE)


def spoken(window: DecodeWindow) -> list[Word]:
    """What a perfect model hears: one word each half second, named by when it began."""
    start = window.start / SAMPLE_RATE
    numbers = range(round(start * 2 + 0.49), int(window.end / SAMPLE_RATE * 2))
    return [Word(f" {n}", n / 2 - start, n / 2 + 0.4 - start) for n in numbers]


def listen(policy: Windowing, seconds: float) -> list[tuple[DecodeWindow, Hypothesis]]:
    """Offer audio in steps of 0.1 s and answer every window at once."""
    heard = []
    for tenth in range(1, round(seconds * 10) + 1):
        if window := policy.next_window(at(tenth / 10)):
            heard.append((window, policy.receive(window, spoken(window))))
    return heard


def test_the_growing_utterance_is_decoded_each_hop() -> None:
    heard = listen(UtteranceWindowing(0, at(0.5)), 2.0)
    assert [(window.start, window.end) for window, _ in heard] == [
        (0, at(end)) for end in (0.5, 1.0, 1.5, 2.0)
    ]


def test_stable_words_are_forced_on_the_next_decode() -> None:
    heard = listen(UtteranceWindowing(0, at(0.5)), 2.0)
    assert [window.prefix for window, _ in heard] == ["", "", " 0", " 0 1"]


def test_a_long_utterance_is_decoded_from_behind_a_stable_word() -> None:
    heard = listen(UtteranceWindowing(0, at(0.5)), 20.0)
    lengths = [window.end - window.start for window, _ in heard]
    assert max(lengths) <= at(9.0)
    assert [window.timed for window, _ in heard] == [length > at(8.0) for length in lengths]


@pytest.mark.parametrize("policy", list(WindowingPolicy))
def test_no_word_is_left_out_or_doubled(policy: WindowingPolicy) -> None:
    [*_, (_, last)] = listen(windowing(policy, at(1.0), at(0.5)), 25.0)
    words = last.text.split()
    assert words == [str(number) for number in range(2, 2 + len(words))]
    assert len(words) >= 45


@pytest.mark.parametrize("policy", list(WindowingPolicy))
def test_words_that_are_stable_stay(policy: WindowingPolicy) -> None:
    heard = listen(windowing(policy, 0, at(0.5)), 25.0)
    for (_, before), (_, after) in pairwise(heard):
        assert after.stable.startswith(before.stable)


def test_windows_of_two_seconds_overlap_by_half_a_second() -> None:
    heard = listen(OverlapWindowing(0), 6.5)
    assert [(window.start, window.end) for window, _ in heard] == [
        (at(start), at(start + 2)) for start in (0, 1.5, 3.0, 4.5)
    ]


def test_a_late_window_takes_in_everything_since_the_one_before() -> None:
    policy = OverlapWindowing(0)
    first = policy.next_window(at(2.0))
    assert first and policy.receive(first, spoken(first))
    late = policy.next_window(at(7.0))
    assert late and (late.start, late.end) == (at(1.5), at(7.0))
