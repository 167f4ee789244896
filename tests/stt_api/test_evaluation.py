import pytest

from stt_api.evaluation import Heard, TermCount, count_terms


def heard(reference: str, text: str) -> Heard:
    return Heard(reference, text, 1.0, 1.0, 1, 0)


@pytest.mark.parametrize(
    ("reference", "text", "count"),
    [
        ("Oslo and Rome.", "oslo, and home", TermCount(said=2, found=1, invented=0)),
        ("Oslo, Oslo, Oslo!", "Oslo Oslo", TermCount(said=3, found=2, invented=0)),
        ("Oslo.", "Oslo Oslo Rome", TermCount(said=1, found=1, invented=2)),
        ("Romeo", "roman", TermCount(said=0, found=0, invented=0)),
        ("", "", TermCount(said=0, found=0, invented=0)),
    ],
)
def test_a_keyterm_is_found_as_often_as_it_is_said_and_else_invented(
    reference: str, text: str, count: TermCount
) -> None:
    assert count_terms(("Oslo", "Rome"), [heard(reference, text)]) == count


def test_a_keyterm_of_several_words_is_found_as_a_whole() -> None:
    said = [heard("the New York office", "the new York office"), heard("New York", "York, new")]
    assert count_terms(("New  York",), said) == TermCount(said=2, found=1, invented=0)


def test_keyterms_that_one_recording_lacks_are_not_made_good_by_another() -> None:
    swapped = [heard("Oslo", ""), heard("", "Oslo")]
    assert count_terms(("Oslo",), swapped) == TermCount(said=1, found=0, invented=1)


def test_a_keyterm_without_letters_is_never_found() -> None:
    assert count_terms(("+++",), [heard("a b", "a b")]) == TermCount(0, 0, 0)
