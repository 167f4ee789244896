import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from stt_api.config import Settings, explain, unknown_variables
from stt_api.models.traits import STOCK, EncoderContext

DOCUMENT = Path(__file__).parents[2] / "docs/configuration.md"


def variable(field: str) -> str:
    return str(Settings.model_fields[field].validation_alias or f"STT_{field.upper()}")


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_documented_with_its_default_and_unit(field: str) -> None:
    info = Settings.model_fields[field]
    default = "unset" if info.default is None else f"`{info.default}`"
    row = f"| `{variable(field)}` | {default} | {info.description} |"
    assert row in DOCUMENT.read_text().splitlines()


@pytest.mark.parametrize("field", [f for f in Settings.model_fields if f.endswith(("_s", "_ms"))])
def test_every_duration_names_its_unit(field: str) -> None:
    unit = "in ms" if field.endswith("_ms") else "in s"
    assert unit in str(Settings.model_fields[field].description)


def test_the_environment_is_where_settings_come_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHISPER_MODEL_SIZE", "small")
    monkeypatch.setenv("STT_ENDPOINTING_MS", "300")
    monkeypatch.setenv("STT_ENCODER_CONTEXT", "fit")
    monkeypatch.setenv("STT_MAX_SESSION_S", "3600")
    settings = Settings()
    assert settings.model == "small"
    assert settings.session(STOCK).endpointing.silence_s == 0.3
    assert [config.encoder_context for config in settings.whisper()] == [EncoderContext.FIT]
    assert settings.limits().max_session_s == 3600


def test_several_gpus_are_a_model_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STT_DEVICE_INDEX", "0,2")
    assert [config.device_index for config in Settings().whisper()] == [0, 2]


@pytest.mark.parametrize(("name", "code"), [("nb-NO", "no"), ("German", "de"), ("multi", None)])
def test_the_language_may_be_called_what_it_is_called_elsewhere(
    name: str, code: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STT_LANGUAGE", name)
    assert Settings().session(STOCK).decoding.language == code


def test_languages_to_choose_from_are_listed_by_any_of_their_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STT_LANGUAGES", "en-US, German,en")
    assert Settings().session(STOCK).decoding.languages == ("en", "de")
    monkeypatch.setenv("STT_LANGUAGES", "en,auto")
    with pytest.raises(ValidationError) as raised:
        Settings()
    assert explain(raised.value).startswith("STT_LANGUAGES: 'auto' is not one language; allowed: ")


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STT_PORT", "")
    assert Settings().port == 8000


def test_names_that_no_setting_has_are_found_with_the_nearest_that_one_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in (
        "STT_ENDPOINTING",
        "STT_WORKER",
        "STT_COLOUR_OF_THE_LOGO",
        "STT_PORT",
        "SOMETHING",
    ):
        monkeypatch.setenv(name, "1")
    assert dict(unknown_variables()) == {
        "STT_ENDPOINTING": "STT_ENDPOINTING_MS",
        "STT_WORKER": "STT_WORKERS",
        "STT_COLOUR_OF_THE_LOGO": None,
    }


def test_an_error_names_the_variable_and_what_it_means(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STT_PORT", "-1")
    monkeypatch.setenv("STT_DEVICE_INDEX", "all")
    with pytest.raises(ValidationError) as raised:
        Settings()
    port, index = explain(raised.value).splitlines()
    assert port.startswith("STT_PORT: ") and "0 picks a free one" in port
    assert index.startswith("STT_DEVICE_INDEX: ") and "such as 0,1" in index


def test_an_error_names_a_variable_that_is_not_called_as_its_field(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WHISPER_MODEL_SIZE", "\udcff")  # what Python makes of the byte 0xff
    with pytest.raises(ValidationError) as raised:
        Settings()
    assert explain(raised.value).startswith("WHISPER_MODEL_SIZE: ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STT_PORT", "70000"),
        ("STT_DEVICE_INDEX", "all"),
        ("STT_DEVICE", "tpu"),
        ("STT_ENDPOINTING_MS", "5"),
        ("STT_MAX_UTTERANCE_S", "3"),
        ("STT_INTERIM_CONTEXT", "short"),
        ("STT_LANGUAGE", "klingon"),
        ("STT_LANGUAGES", "en,klingon"),
        ("STT_MAX_CONNECTIONS", "100"),
        ("STT_MAX_CONNECTIONS", "2147483647"),
        ("STT_ALLOWED_ORIGINS", "app.example"),
        ("STT_ALLOWED_ORIGINS", "https://app.example/page"),
    ],
)
def test_a_bad_value_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=name.removeprefix("STT_").lower()):
        Settings()


@pytest.fixture
def few_files() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_connections_leave_a_quarter_of_the_files_to_the_server(few_files: None) -> None:
    assert Settings().max_connections == 768
    assert Settings(max_connections=768).max_connections == 768
    with pytest.raises(ValidationError, match="at most 768"):
        Settings(max_connections=769)


def test_sessions_that_the_files_do_not_suffice_for_are_refused(few_files: None) -> None:
    with pytest.raises(ValidationError, match="with 1024 open files"):
        Settings(max_sessions=768)
