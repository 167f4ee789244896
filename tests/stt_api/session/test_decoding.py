import pytest

from stt_api.session.decoding import Transcript
from stt_api.session.word import Word


def test_the_text_is_the_words_as_the_model_spaces_them() -> None:
    words = (Word(" Forty"), Word("-two"), Word(" 東"), Word("京."))
    assert Transcript(words, "en", -0.1, 0.0).text == "Forty-two 東京."
    assert Transcript((), "en", -0.1, 0.0).text == ""


def test_confidence_is_the_average_probability_of_a_token() -> None:
    assert Transcript((), "en", 0.0, 0.0).confidence == 1.0
    assert Transcript((), "en", -0.6931, 0.0).confidence == pytest.approx(0.5, abs=1e-3)
