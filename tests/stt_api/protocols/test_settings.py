from typing import Any

import pytest

from stt_api.errors import InvalidSetting
from stt_api.protocols.settings import LIVE, ClientSettings, change
from stt_api.session.audio import AudioFormat, Encoding
from stt_api.session.config import SessionConfig
from stt_api.session.windowing import WindowingPolicy

LANGUAGES = ("de", "en", "es")
DEFAULTS = SessionConfig()

BAD = [
    ({"colour": "red"}, "colour", "unknown setting; allowed: encoding, sample_rate"),
    ({"encoding": "mp3"}, "encoding", "linear16, mulaw, alaw"),
    ({"sample_rate": 7999}, "sample_rate", "8000 to 48000"),
    ({"sample_rate": "fast"}, "sample_rate", "8000 to 48000"),
    ({"channels": 3}, "channels", "1 to 2"),
    ({"language": "xx"}, "language", "auto or multi (to detect it), de, en, es"),
    ({"language": 0}, "language", "auto or multi (to detect it), de, en, es"),
    ({"language": "fr"}, "language", "auto or multi (to detect it), de, en, es"),
    ({"language": "klingon"}, "language", "auto or multi (to detect it), de, en, es"),
    ({"languages": ["de", "fr"]}, "languages", "a list (an empty one to detect any) of de, en, es"),
    ({"languages": "de,klingon"}, "languages", "a list (an empty one to detect any) of de, en, es"),
    ({"languages": ["auto"]}, "languages", "a list (an empty one to detect any) of de, en, es"),
    ({"languages": [1]}, "languages", "a list (an empty one to detect any) of de, en, es"),
    ({"languages": 1}, "languages", "a list (an empty one to detect any) of de, en, es"),
    ({"languages": None}, "languages", "a list (an empty one to detect any) of de, en, es"),
    ({"task": "summarise"}, "task", "transcribe, translate"),
    ({"prompt": "x" * 4001}, "prompt", "up to 4000 characters"),
    ({"prompt": "\ud800"}, "prompt", "a string"),
    ({"keyterms": [1]}, "keyterms", "a list of up to 100 strings"),
    ({"keyterms": [""]}, "keyterms", "a list of up to 100 strings"),
    ({"words": "maybe"}, "words", "true or false"),
    ({"endpointing": 10}, "endpointing", "100 to 5000"),
    ({"endpointing": None}, "endpointing", "100 to 5000"),
    ({"encoding": None}, "encoding", "linear16, mulaw, alaw"),
    ({"sample_rate": None}, "sample_rate", "8000 to 48000"),
    ({"keyterms": None}, "keyterms", "a list of up to 100 strings"),
    ({"keyterms": ["x"] * 101}, "keyterms", "a list of up to 100 strings"),
    ({"words": None}, "words", "true or false"),
    ({"warm_up": -1}, "warm_up", "0 to 60000"),
    ({"windowing": "sliding"}, "windowing", "utterance, overlap"),
]


@pytest.mark.parametrize(("changes", "field", "allowed"), BAD)
def test_a_bad_setting_is_named_with_the_allowed_values(
    changes: dict[str, Any], field: str, allowed: str
) -> None:
    with pytest.raises(InvalidSetting) as raised:
        change(DEFAULTS, changes, LANGUAGES)
    assert raised.value.field == field
    assert str(raised.value).startswith(f"{field}: ")
    assert allowed in str(raised.value)


def test_settings_of_a_url_are_text() -> None:
    changes = {
        "sample_rate": "8000",
        "encoding": "mulaw",
        "words": "true",
        "keyterms": "Oslo, Rome",
    }
    config = change(DEFAULTS, changes, LANGUAGES)
    assert config.audio == AudioFormat(Encoding.MULAW, 8000, 1)
    assert (config.decoding.words, config.decoding.keyterms) == (True, ("Oslo", "Rome"))


@pytest.mark.parametrize("name", ["en", "EN", "en-US", "en_us", "English", "eng"])
def test_a_language_may_be_called_what_it_is_called_elsewhere(name: str) -> None:
    assert change(DEFAULTS, {"language": name}, LANGUAGES).decoding.language == "en"


@pytest.mark.parametrize("auto", ["auto", "AUTO", "multi", "", None])
def test_a_language_may_be_left_to_detection(auto: str | None) -> None:
    english = change(DEFAULTS, {"language": "en"}, LANGUAGES)
    assert change(english, {"language": auto}, LANGUAGES).decoding.language is None


@pytest.mark.parametrize("names", [["en-US", "German", "en"], "english, deu"])
def test_detection_may_be_given_languages_to_choose_from(names: object) -> None:
    config = change(DEFAULTS, {"languages": names}, LANGUAGES)
    assert config.decoding.languages == ("en", "de")
    assert change(config, {"languages": []}, LANGUAGES).decoding.languages == ()


@pytest.mark.parametrize(
    ("changes", "language"),
    [
        ({"languages": ["en", "de"]}, None),
        ({"languages": ["en", "de"], "language": "es"}, "es"),
        ({"languages": ["en", "de"], "language": "auto"}, None),
        ({"languages": []}, None),
        ({"languages": ","}, None),
        ({"languages": ""}, None),
        ({"languages": [], "language": "es"}, "es"),
        ({"prompt": "Hola."}, "es"),
    ],
)
def test_who_lists_languages_or_none_wants_detection_unless_one_is_named(
    changes: dict[str, Any], language: str | None
) -> None:
    spanish = change(DEFAULTS, {"language": "es"}, LANGUAGES)
    assert change(spanish, changes, LANGUAGES, LIVE).decoding.language == language


@pytest.mark.parametrize("empty", ["", ",", []])
def test_keyterms_may_be_taken_back_by_an_empty_list(empty: object) -> None:
    some = change(DEFAULTS, {"keyterms": "Oslo,,Rome,"}, LANGUAGES)
    assert some.decoding.keyterms == ("Oslo", "Rome")
    assert change(some, {"keyterms": empty}, LANGUAGES).decoding.keyterms == ()


def test_a_model_may_be_named_and_changes_nothing() -> None:
    assert change(DEFAULTS, {"model": "nova-2"}, LANGUAGES) == DEFAULTS
    assert change(DEFAULTS, {"model": None}, LANGUAGES, LIVE) == DEFAULTS


def test_a_setting_that_is_not_given_keeps_its_value() -> None:
    changes = {"endpointing": 300, "windowing": "overlap", "vad": False}
    config = change(change(DEFAULTS, changes, LANGUAGES), {"language": "de"}, LANGUAGES)
    assert config.endpointing.silence_s == 0.3
    assert (config.windowing, config.vad) == (WindowingPolicy.OVERLAP, False)
    assert config.hop_s == DEFAULTS.hop_s


def test_settings_say_what_is_in_force() -> None:
    config = change(DEFAULTS, {"language": "de", "endpointing": 300}, LANGUAGES)
    settings = ClientSettings.of(config)
    assert (settings.language, settings.endpointing, settings.encoding) == ("de", 300, "linear16")


def test_a_stream_keeps_its_audio_format() -> None:
    with pytest.raises(InvalidSetting, match=r"sample_rate: cannot change.*interim_results"):
        change(DEFAULTS, {"sample_rate": 8000}, LANGUAGES, LIVE)
