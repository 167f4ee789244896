import pytest

from stt_api.session.decoding import Transcript
from stt_api.session.events import Word
from stt_api.session.gating import is_hallucination


def transcript(text: str, avg_logprob: float = -0.1, no_speech: float = 0.0) -> Transcript:
    return Transcript((Word(text),), "en", avg_logprob, no_speech)


@pytest.mark.parametrize(
    "real",
    [
        transcript("Turn on the lights."),
        transcript("No, no, no."),
        transcript("one one one two two two"),
        transcript("mumbled words", avg_logprob=-1.3),
        transcript("said over music", no_speech=0.7),
    ],
)
def test_speech_passes(real: Transcript) -> None:
    assert not is_hallucination(real)


@pytest.mark.parametrize(
    "invented",
    [
        transcript(""),
        transcript(" . "),
        transcript("Four.", avg_logprob=-0.2, no_speech=0.98),
        transcript("Thank you.", avg_logprob=-1.1, no_speech=0.7),
        transcript("the museum " * 12),
        transcript(" ".join(["yes"] * 9)),
    ],
)
def test_what_the_model_doubts_or_repeats_is_a_hallucination(invented: Transcript) -> None:
    assert is_hallucination(invented)
