"""The settings a client may give, checked field by field. Every protocol maps onto these."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ..errors import InvalidSetting
from ..languages import DETECT, whisper_language
from ..session.audio import SAMPLE_RATES, AudioFormat, Encoding
from ..session.config import SessionConfig
from ..session.decoding import DecodeOptions, Task
from ..session.windowing import WindowingPolicy

MODEL = "model"  # named by clients of servers that have several; this one has its own, and says so
AUDIO_FORMAT = ("encoding", "sample_rate", "channels")
LIVE = ("language", "languages", "prompt", "keyterms", "endpointing", "interim_results", MODEL)
"""What may change in the middle of a stream."""


def _code(value: object) -> object:
    """Return Whisper's code, or None to detect. What is no language is left to be refused."""
    if not isinstance(value, str):
        return value
    try:
        return whisper_language(value) if value else None
    except ValueError:
        return value


def _terms(value: object) -> object:
    """Take a list as text, as URLs hold it. An empty text is an empty list."""
    if not isinstance(value, str):
        return value
    return [term for part in value.split(",") if (term := part.strip())]


class ClientSettings(BaseModel):
    """As on the wire. A field that is not given keeps its value."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    encoding: Encoding
    sample_rate: Annotated[int, Field(ge=SAMPLE_RATES[0], le=SAMPLE_RATES[-1])]
    channels: Annotated[int, Field(ge=1, le=2)]
    language: Annotated[str | None, BeforeValidator(_code)]
    languages: Annotated[list[Annotated[str, BeforeValidator(_code)]], BeforeValidator(_terms)]
    task: Task
    prompt: Annotated[str, Field(max_length=4000)]
    keyterms: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=100)]],
        BeforeValidator(_terms),
        Field(max_length=100),
    ]
    words: bool
    interim_results: bool
    endpointing: Annotated[int, Field(ge=100, le=5000, description="ms of silence")]
    vad: bool
    windowing: WindowingPolicy
    warm_up: Annotated[int, Field(ge=0, le=60_000, description="ms that were answered before")]
    resume: bool

    @classmethod
    def of(cls, config: SessionConfig) -> "ClientSettings":
        return cls(
            encoding=config.audio.encoding,
            sample_rate=config.audio.sample_rate,
            channels=config.audio.channels,
            language=config.decoding.language,
            languages=list(config.decoding.languages),
            task=config.decoding.task,
            prompt=config.decoding.prompt,
            keyterms=list(config.decoding.keyterms),
            words=config.decoding.words,
            interim_results=config.interim_results,
            endpointing=round(config.endpointing.silence_s * 1000),
            vad=config.vad,
            windowing=config.windowing,
            warm_up=round(config.warm_up_s * 1000),
            resume=config.resume,
        )

    def apply(self, config: SessionConfig) -> SessionConfig:
        return replace(
            config,
            audio=AudioFormat(self.encoding, self.sample_rate, self.channels),
            decoding=replace(
                config.decoding,
                language=self.language,
                languages=tuple(dict.fromkeys(self.languages)),
                task=self.task,
                prompt=self.prompt,
                keyterms=tuple(self.keyterms),
                words=self.words,
            ),
            endpointing=replace(config.endpointing, silence_s=self.endpointing / 1000),
            interim_results=self.interim_results,
            vad=self.vad,
            windowing=self.windowing,
            warm_up_s=self.warm_up / 1000,
            resume=self.resume,
        )


SETTINGS = (*ClientSettings.model_fields, MODEL)


def change(
    config: SessionConfig,
    changes: Mapping[str, Any],
    languages: Iterable[str],
    allowed: Iterable[str] = SETTINGS,
) -> SessionConfig:
    """Return ``config`` with ``changes``; raise InvalidSetting for the first bad one.

    Whoever names ``languages``, be it none, and no ``language`` wants detection.
    """
    for field in changes:
        if field not in SETTINGS:
            raise InvalidSetting(field, f"unknown setting; allowed: {', '.join(allowed)}")
        if field not in allowed:
            raise InvalidSetting(
                field, f"cannot change during a stream; allowed: {', '.join(allowed)}"
            )
    values = ClientSettings.of(config).model_dump() | dict(changes)
    values.pop(MODEL, None)
    if "languages" in changes and "language" not in changes:
        values["language"] = None
    changed = _validated(values, languages).apply(config)
    check_languages(changed.decoding, languages)
    return changed


def check_languages(decoding: DecodeOptions, known: Iterable[str]) -> None:
    """Raise InvalidSetting for a language that Whisper has, and not the model: it is ``known``."""
    for field, named in {"language": [decoding.language], "languages": decoding.languages}.items():
        if not {None, *known}.issuperset(named):
            raise InvalidSetting(field, f"unknown to the model; allowed: {_allowed(field, known)}")


def _validated(values: Mapping[str, Any], languages: Iterable[str]) -> ClientSettings:
    try:
        return ClientSettings.model_validate(values)
    except ValidationError as failure:
        error = failure.errors(include_url=False, include_input=False)[0]
        field = str(error["loc"][0])
        allowed = _allowed(field, languages)
        raise InvalidSetting(field, f"{error['msg']}; allowed: {allowed}") from None


def _allowed(field: str, languages: Iterable[str]) -> str:
    known = ", ".join(sorted(languages))
    match field:
        case "language":
            return f"{' or '.join(DETECT)} (to detect it), {known}"
        case "languages":
            return f"a list (an empty one to detect any) of {known}"
    return allowed_values(field)


@cache
def allowed_values(field: str) -> str:
    """Describe what a field accepts, from its own definition."""
    schema = ClientSettings.model_json_schema()
    return _describe(schema["properties"][field], schema.get("$defs", {}))


def _describe(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return _describe(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "enum" in schema:
        return ", ".join(schema["enum"])
    describe: dict[str, Callable[[], str]] = {
        "integer": lambda: f"{schema['minimum']} to {schema['maximum']}",
        "boolean": lambda: "true or false",
        "array": lambda: f"a list of up to {schema['maxItems']} strings",
    }
    limit = f" of up to {schema['maxLength']} characters" if "maxLength" in schema else ""
    return describe.get(schema["type"], lambda: f"a {schema['type']}{limit}")()
