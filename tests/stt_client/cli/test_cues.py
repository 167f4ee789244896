"""What subtitles show, for how long, and how their lines break."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from custom_stt_client.cli.cues import GAP_S, MAX_CUE_S, MIN_CUE_S, Cue, Layout, cues
from custom_stt_client.messages import Transcript, Word

LAYOUT = Layout()


def final(
    text: str, start: float = 0.0, word_s: float = 0.3, words: tuple[Word, ...] | None = None
) -> Transcript:
    """Say a text, a word each ``word_s``."""
    spoken = text.split()
    times = [start + word_s * n for n in range(len(spoken) + 1)]
    timed = tuple(
        Word(word, *span, 0.9) for word, span in zip(spoken, pairwise(times), strict=True)
    )
    return Transcript(
        utterance=0,
        text=text,
        is_final=True,
        start=start,
        end=times[-1],
        language="en",
        confidence=0.9,
        words=timed if words is None else words,
        no_speech_prob=None,
        audio_processed=None,
    )


def shown(cue: Cue) -> str:
    return " ".join(cue.lines)


def test_a_short_final_is_one_line_from_its_first_word_to_its_last() -> None:
    [cue] = cues([final("Turn on the lights.", start=2.0)], LAYOUT)
    assert (cue.start, cue.lines) == (2.0, ("Turn on the lights.",))
    assert cue.end == pytest.approx(3.2)


def test_a_longer_one_breaks_into_two_lines_of_about_the_same_length() -> None:
    [cue] = cues([final("Please turn on the lights in the kitchen and set a timer.")], LAYOUT)
    assert cue.lines == ("Please turn on the lights in", "the kitchen and set a timer.")


def test_what_is_too_long_for_two_lines_breaks_behind_a_clause() -> None:
    clauses = "When all of the lights in the kitchen are on, and the door is shut,"
    first, second = cues([final(f"{clauses} please set a timer for tea.", word_s=0.2)], LAYOUT)
    assert (shown(first), shown(second)) == (clauses, "please set a timer for tea.")


def test_a_pause_begins_another_cue() -> None:
    words = (Word("Yes", 0.0, 0.3, 1.0), Word("please", 2.0, 2.4, 1.0))
    first, second = cues([final("Yes please", words=words)], LAYOUT)
    assert (first.lines, second.lines) == (("Yes",), ("please",))


def test_what_is_said_slowly_is_not_held_on_the_screen_for_longer_than_it_may() -> None:
    told = cues([final("one two three four five six", word_s=3.0)], LAYOUT)
    assert len(told) == 3 and all(cue.end - cue.start <= MAX_CUE_S for cue in told)


def test_a_short_word_stays_long_enough_to_be_read() -> None:
    [cue] = cues([final("No.", word_s=0.1)], LAYOUT)
    assert cue.end - cue.start == pytest.approx(MIN_CUE_S)


def test_a_cue_leaves_a_gap_before_the_next() -> None:
    first, second = cues([final("No.", word_s=0.3), final("Yes.", start=0.4)], LAYOUT)
    assert first.end == pytest.approx(second.start - GAP_S)


def test_a_final_that_begins_before_the_last_ended_comes_after_it() -> None:
    first, second = cues([final("One two."), final("Three.", start=0.0)], LAYOUT)
    assert 0.0 == first.start < first.end < second.start < second.end


def test_text_without_word_times_is_spread_over_its_final() -> None:
    text = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    told = cues([final(f"{text} {text}", words=())], LAYOUT)
    assert " ".join(map(shown, told)) == f"{text} {text}"
    assert told[0].start == 0.0 and told[-1].end == pytest.approx(0.3 * 28, abs=MIN_CUE_S)


def test_words_that_are_not_those_of_the_text_do_not_replace_it() -> None:
    other = (Word("something", 0.0, 0.5, 1.0), Word("else", 0.5, 1.0, 1.0))
    assert shown(*cues([final("What was said.", words=other)], LAYOUT)) == "What was said."


def test_a_script_without_spaces_keeps_none_and_takes_two_columns_a_character() -> None:
    text = "今日はとてもいい天気ですね明日もきっと晴れるでしょう"
    words = tuple(Word(text[at], 0.1 * at, 0.1 * (at + 1), 1.0) for at in range(len(text)))
    [cue] = cues([final(text, words=words)], LAYOUT)
    assert "".join(cue.lines) == text and [len(line) for line in cue.lines] == [13, 13]


def test_a_word_wider_than_a_line_has_one_of_its_own() -> None:
    [cue] = cues([final(f"a {'x' * 60}")], LAYOUT)
    assert cue.lines == ("a", "x" * 60)


@pytest.mark.parametrize("seed", range(50))
def test_no_word_is_lost_and_no_cue_overlaps_whatever_is_said(seed: int) -> None:
    chance = random.Random(seed)
    finals, at = [], 0.0
    for _ in range(10):
        ends = ["", "", "", ",", ".", "?"]
        words = ["x" * chance.randint(1, 14) + chance.choice(ends) for _ in range(40)]
        text = " ".join(words[: chance.randint(1, 40)])
        finals.append(final(text, start=at, word_s=chance.uniform(0.05, 0.8)))
        at = finals[-1].end + chance.uniform(-0.5, 2.0)
    told = cues(finals, LAYOUT)
    assert " ".join(map(shown, told)) == " ".join(final.text for final in finals)
    assert all(cue.start < cue.end <= cue.start + MAX_CUE_S for cue in told)
    assert all(before.end < after.start for before, after in pairwise(told))
    assert all(len(cue.lines) <= 2 and len(line) <= 42 for cue in told for line in cue.lines)
