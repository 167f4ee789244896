from stt_api.session.audio import SAMPLE_RATE
from stt_api.session.stabilizer import Stabilizer
from stt_api.session.word import Word


def hear(stabilizer: Stabilizer, text: str, end_s: float) -> tuple[str, str]:
    """Give a hypothesis and return what is stable and what is not."""
    stabilizer.receive([Word(" " + word) for word in text.split()], int(end_s * SAMPLE_RATE))
    both = (stabilizer.stable, stabilizer.unstable)
    stable, unstable = ("".join(word.text for word in words).strip() for words in both)
    return stable, unstable


def test_a_word_is_stable_when_two_hypotheses_agree_on_it() -> None:
    stabilizer = Stabilizer()
    assert hear(stabilizer, "the cat", 1.0) == ("", "the cat")
    assert hear(stabilizer, "the cap sat", 1.5) == ("the", "cap sat")
    assert hear(stabilizer, "the cap sat on", 2.0) == ("the cap sat", "on")


def test_case_and_punctuation_do_not_matter_and_the_newer_is_shown() -> None:
    stabilizer = Stabilizer()
    hear(stabilizer, "Hello. world", 1.0)
    assert hear(stabilizer, "hello, world and", 1.5) == ("hello, world", "and")


def test_hypotheses_of_almost_the_same_audio_do_not_confirm_each_other() -> None:
    stabilizer = Stabilizer()
    hear(stabilizer, "the cat", 1.0)
    assert hear(stabilizer, "the cat", 1.2) == ("", "the cat")
    assert hear(stabilizer, "the cat", 1.3) == ("the cat", "")


def test_words_that_left_the_window_are_dropped_from_the_front() -> None:
    stabilizer = Stabilizer()
    hear(stabilizer, "one two three", 1.0)
    hear(stabilizer, "one two three", 1.5)
    stabilizer.drop(2)
    assert hear(stabilizer, "three four", 2.0) == ("three", "four")
