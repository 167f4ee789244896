from pathlib import Path

import pytest
from faster_whisper.tokenizer import _LANGUAGE_CODES

from stt_api.languages import LANGUAGES, whisper_language, whisper_languages

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "stt-api/stt_api/languages.py"
CLIENT = ROOT / "stt-client/custom_stt_client/languages.py"


def test_the_client_and_the_server_hold_the_same_table() -> None:
    assert CLIENT.read_bytes() == SERVER.read_bytes(), f"copy {SERVER} to {CLIENT}"


def test_the_table_holds_exactly_whispers_languages() -> None:
    assert set(LANGUAGES) == set(_LANGUAGE_CODES)


def test_no_spelling_stands_for_two_languages() -> None:
    spellings = [s for code, others in LANGUAGES.items() for s in (code, *others.split(", "))]
    assert len(spellings) == len(set(spellings))


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_code_and_every_name_gives_its_code(code: str) -> None:
    for spelling in (code, *LANGUAGES[code].split(", ")):
        assert whisper_language(spelling) == whisper_language(spelling.title()) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("EN", "en"),
        (" en ", "en"),
        ("en-US", "en"),
        ("en_us", "en"),
        ("English", "en"),
        ("eng-GB", "en"),
        ("nb-NO", "no"),
        ("nn_NO", "nn"),
        ("norwegian bokmål", "no"),
        ("fil-PH", "tl"),
        ("jv", "jw"),
        ("iw", "he"),
        ("ji", "yi"),
        ("in-ID", "id"),
        ("mo", "ro"),
        ("haitian_creole", "ht"),
        ("pt-BR", "pt"),
        ("sr-Latn-RS", "sr"),
        ("es-419", "es"),
        ("zh-Hant", "zh"),
        ("zh-HK", "zh"),
        ("cmn-Hans-CN", "zh"),
        ("zh-yue", "yue"),
        ("zh-yue-HK", "yue"),
        ("yue-Hant-HK", "yue"),
    ],
)
def test_usual_names_elsewhere_are_understood(name: str, code: str) -> None:
    assert whisper_language(name) == code


@pytest.mark.parametrize("name", ["auto", "multi", "AUTO", " Multi "])
def test_auto_and_multi_ask_to_detect_the_language(name: str) -> None:
    assert whisper_language(name) is None


@pytest.mark.parametrize(
    "name", ["", " ", "xx", "xx-US", "klingon", "en-", "-en", "en--US", "en us", "e", "zu"]
)
def test_what_whisper_does_not_know_is_refused_with_what_is_allowed(name: str) -> None:
    with pytest.raises(
        ValueError, match=r"allowed: auto or multi .*en-US.*, de, .*, zh$"
    ) as raised:
        whisper_language(name)
    assert str(raised.value).startswith(repr(name))


def test_a_list_gives_each_language_once_in_its_order() -> None:
    assert whisper_languages(["german", "en-US", "en", "de"]) == ("de", "en")
    assert whisper_languages([]) == ()


def test_auto_is_none_of_several_languages() -> None:
    with pytest.raises(ValueError, match=r"^'auto' is not one language; allowed: none at all"):
        whisper_languages(["en", "auto"])
