import pytest

from stt_api.session.language import LanguageBelief

GERMAN = LanguageBelief().after({"de": 0.99, "en": 0.01}, speech_s=3.0)


def test_without_a_past_the_likeliest_language_is_believed() -> None:
    for speech_s in (0.1, 0.6, 3.0):
        assert LanguageBelief().after({"en": 0.4, "de": 0.6}, speech_s).likeliest == "de"


def test_a_syllable_does_not_change_the_language() -> None:
    assert GERMAN.after({"en": 0.99, "de": 0.01}, speech_s=0.6).likeliest == "de"


def test_a_clear_sentence_changes_the_language_at_once() -> None:
    assert GERMAN.after({"en": 0.95, "de": 0.05}, speech_s=2.5).likeliest == "en"


def test_a_sentence_that_could_be_either_language_changes_nothing() -> None:
    assert GERMAN.after({"en": 0.8, "de": 0.2}, speech_s=2.5).likeliest == "de"


def test_a_second_short_answer_confirms_the_language_of_the_first() -> None:
    once = GERMAN.after({"en": 0.99, "de": 0.01}, speech_s=0.6)
    assert once.after({"en": 0.99, "de": 0.01}, speech_s=0.6).likeliest == "en"


def test_an_hour_of_one_language_is_left_as_easily_as_a_minute() -> None:
    belief = GERMAN
    for _ in range(1000):
        belief = belief.after({"de": 1.0, "en": 0.0}, speech_s=5.0)
    assert belief.after({"en": 0.95, "de": 0.05}, speech_s=2.5).likeliest == "en"


def test_languages_that_are_not_allowed_any_more_are_forgotten() -> None:
    assert GERMAN.after({"fr": 0.6, "en": 0.4}, speech_s=0.6).likeliest == "fr"


def test_a_probability_of_zero_rules_nothing_out() -> None:
    assert GERMAN.after({"fr": 0.0, "en": 0.0}, speech_s=3.0).likeliest == "fr"
    french = GERMAN.after({"fr": 1.0, "de": 0.0}, speech_s=3.0)
    assert french.after({"de": 1.0, "fr": 0.0}, speech_s=3.0).likeliest == "de"


@pytest.mark.parametrize("speech_s", [0.0, -0.5])
def test_no_speech_is_no_evidence(speech_s: float) -> None:
    assert GERMAN.after({"en": 1.0, "de": 0.0}, speech_s).likeliest == "de"
