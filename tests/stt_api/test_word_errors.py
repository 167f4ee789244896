import pytest

from stt_api.word_errors import word_errors, words


def test_words_have_no_case_and_no_punctuation_but_their_apostrophes() -> None:
    assert words("Don't stop, Zoë: 3 more!") == ["don't", "stop", "zoë", "3", "more"]


@pytest.mark.parametrize(
    ("reference", "text", "errors"),
    [
        ("They have no jobs.", "they have no jobs", 0),
        ("one two three", "one too three", 1),
        ("one two three", "one three", 1),
        ("one two three", "one two and three", 1),
        ("one two", "", 2),
        ("", "one two", 2),
        ("", "", 0),
    ],
)
def test_each_word_that_is_another_missing_or_added_is_an_error(
    reference: str, text: str, errors: int
) -> None:
    assert word_errors(reference, text) == errors
