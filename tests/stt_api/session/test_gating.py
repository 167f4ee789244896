from dataclasses import replace

import numpy as np
import pytest

from stt_api.session.decoding import DecodeOptions, DecodeRequest, Doubt, Transcript
from stt_api.session.events import Suppression
from stt_api.session.gating import doubt, suppression
from stt_api.session.word import Word


def transcript(
    text: str, avg_logprob: float = -0.1, no_speech: float = 0.0, agreed: bool = False
) -> Transcript:
    return Transcript((Word(text),), "en", avg_logprob, no_speech, agreed=agreed)


@pytest.mark.parametrize(
    "real",
    [
        transcript("Turn on the lights."),
        transcript("No, no, no."),
        transcript("one one one two two two"),
        transcript("mumbled words", avg_logprob=-1.3),
        transcript("said over music", no_speech=0.7),
        transcript(" ".join(["yes"] * 9)),
        transcript("four one seven two " * 12),
        transcript(" ".join(["yes"] * 9), avg_logprob=-0.8, agreed=True),
    ],
    ids=lambda real: real.text[:20],
)
def test_what_was_said_passes_repeated_or_not(real: Transcript) -> None:
    assert suppression(real, seconds=8.0) is None


@pytest.mark.parametrize(
    ("invented", "reason"),
    [
        (transcript(""), Suppression.NO_WORDS),
        (transcript(" . "), Suppression.NO_WORDS),
        (transcript("Four.", avg_logprob=-0.2, no_speech=0.98), Suppression.NO_SPEECH),
        (transcript("Thank you.", avg_logprob=-1.1, no_speech=0.7), Suppression.NO_SPEECH),
        (transcript("the museum " * 12, avg_logprob=-0.6), Suppression.REPETITION),
        (transcript(" ".join(["yes"] * 9), no_speech=0.7), Suppression.REPETITION),
    ],
)
def test_what_the_model_doubts_is_suppressed_with_its_reason(
    invented: Transcript, reason: Suppression
) -> None:
    assert suppression(invented, seconds=8.0) is reason


def test_a_repetition_that_nobody_could_say_in_the_time_is_suppressed() -> None:
    loop = transcript("you " * 60)
    assert suppression(loop, seconds=5.0) is Suppression.REPETITION
    assert suppression(loop, seconds=20.0) is None


SPOKEN = DecodeRequest(np.zeros(48_000, np.float32), DecodeOptions(), final=True, speech_s=2.8)


@pytest.mark.parametrize(
    ("suspect", "reason"),
    [
        (replace(transcript("and on and"), cut_off=True), Doubt.CUT_OFF),
        (transcript("one " * 10), Doubt.REPETITION),
        (transcript(str(3**270)), Doubt.TOO_FAST),
        (transcript("mumbled", avg_logprob=-1.3), Doubt.UNSURE),
        (replace(transcript("one"), words=(Word("one", 0.8, 2.0),)), Doubt.EARLY_END),
        (replace(transcript(""), words=()), Doubt.EARLY_END),
    ],
    ids=["cut off", "repetition", "too fast", "unsure", "early end", "nothing"],
)
def test_a_failure_is_known_by_its_sign(suspect: Transcript, reason: Doubt) -> None:
    assert doubt(SPOKEN, suspect) is reason


@pytest.mark.parametrize(
    "good",
    [
        transcript("Turn on the lights."),
        replace(transcript("one two"), words=(Word("one", 0.8, 1.2), Word("two", 1.3, 2.5))),
        transcript("words over silence", avg_logprob=-1.5, no_speech=0.7),
    ],
    ids=["sure", "to the end", "told to be silence"],
)
def test_a_transcript_without_a_sign_of_failure_is_not_doubted(good: Transcript) -> None:
    assert doubt(SPOKEN, good) is None


@pytest.mark.parametrize(
    "unknown",
    [replace(SPOKEN, speech_s=None), replace(SPOKEN, evidence_s=0.3)],
    ids=["nobody measured", "a click"],
)
def test_no_words_are_right_where_hardly_anything_was_said(unknown: DecodeRequest) -> None:
    assert doubt(unknown, replace(transcript(""), words=())) is None


def test_a_loop_is_a_repetition_though_it_is_cut_off() -> None:
    assert doubt(SPOKEN, replace(transcript("one " * 10), cut_off=True)) is Doubt.REPETITION
