"""Every setting of the server. The only reader of the environment."""

import re
import resource
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from .languages import whisper_language, whisper_languages
from .limits import Limits
from .models.traits import LONGEST_UTTERANCE_S, EncoderContext, Traits
from .models.whisper import WhisperConfig
from .session.config import SessionConfig
from .session.decoding import DecodeOptions
from .session.endpointing import EndpointingConfig

PREFIX = "STT_"

SPARE_CONNECTIONS = 1000  # beside sessions: health checks, and whoever connects and asks nothing
ORIGIN = re.compile(r"\*|null|[a-z][a-z0-9+.-]*://[^\s/,?#]+")


class Settings(BaseSettings):
    """One field for each variable; the description is its documentation, with the unit."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True)

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    allowed_origins: str | None = Field(
        None,
        description="Origins of web pages that may use the server, beside its own, such as"
        " https://app.example; several by commas; null: local files, and any page that hides its"
        " origin; *: all.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe log lines: debug, info, warning, error."
    )

    model: str = Field(
        "base",
        validation_alias="WHISPER_MODEL_SIZE",
        min_length=1,
        description="The model: pico, a faster-whisper size, a hub id, or a folder.",
    )
    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", description="Where the model runs: auto, cpu, cuda."
    )
    device_index: Annotated[str, Field(pattern=r"^\d+(,\d+)*$")] = Field(
        "0", description="Number of the GPU; several, such as 0,1, hold a copy of the model each."
    )
    compute_type: str = Field(
        "auto", description="CTranslate2's, such as int8 or float16; auto: the fastest."
    )
    cpu_threads: int = Field(
        0, ge=0, description="Threads of the model on a CPU; 0: the cores that it may use."
    )
    workers: int = Field(
        0,
        ge=0,
        le=16,
        description="Batches that run at once, on each GPU; of several one is kept for finals."
        " 0: 2 on a GPU and for light models, else one for each 4 cores.",
    )
    encoder_context: Literal["auto", "full", "padded", "fit"] = Field(
        "auto",
        description="Audio given to the encoder for a final. full: 30 s; padded: 10 s at least,"
        " with 2.56 s of silence; fit: about as much as there is; auto: what the model's folder"
        " declares, else full.",
    )
    interim_context: Literal["auto", "full", "padded", "fit"] = Field(
        "auto",
        description="The same for an interim; never more than for a final. auto: what the model's"
        " folder declares, else fit where it declares that for finals, else padded.",
    )
    beam_size: int = Field(1, ge=1, le=10, description="Beams of a final; interims are greedy.")
    max_batch_size: int = Field(
        0,
        ge=0,
        le=256,
        description="Requests in one model call; 0: 16 on a GPU, up to 4 on a CPU, together no"
        " longer than 30 s.",
    )

    language: Annotated[str, AfterValidator(whisper_language)] | None = Field(
        None, description="Language of clients that name none, such as en; auto or unset: detected."
    )
    languages: str | None = Field(
        None,
        description="Languages of which one is detected for clients that list none, such as en,de;"
        " unset: all.",
    )
    vad_threshold: float = Field(
        0.5, gt=0, lt=1, description="Probability from which a window counts as speech."
    )
    endpointing_ms: int = Field(
        500, ge=100, le=5000, description="Silence that ends an utterance, in ms."
    )
    interim_interval_ms: int = Field(
        500, ge=100, le=5000, description="New audio that an interim waits for, in ms."
    )
    max_utterance_s: float = Field(
        0,
        description="Length at which an utterance is cut, in s, 5 to 28; 0: what the model's folder"
        " declares, else 28.",
    )

    max_sessions: int = Field(100, ge=1, description="Sessions served at once; more get a 503.")
    max_connections: int = Field(
        0,
        ge=0,
        validate_default=True,
        description="Connections of all kinds at once; 0: 1000 beside the sessions, or three"
        " quarters of the file limit (ulimit -n) if that is less.",
    )
    max_connections_per_address: int = Field(
        0, ge=0, description="Connections of one address at once; 0: no bound of its own."
    )
    handshake_timeout_s: float = Field(
        10.0, gt=0, description="Time a connection has for a whole request, in s."
    )
    max_message_bytes: int = Field(
        4 * 1024 * 1024, ge=1024, description="Largest WebSocket message, in bytes."
    )
    idle_timeout_s: float = Field(
        60.0, gt=0, description="Time without any message after which a session ends, in s."
    )
    max_session_s: float = Field(0.0, ge=0, description="Longest session, in s; 0: no limit.")
    send_timeout_s: float = Field(
        10.0, gt=0, description="Time a client may take to read a message, in s."
    )
    shutdown_timeout_s: float = Field(
        10.0, gt=0, description="Time that open sessions get for their last finals, in s."
    )

    @field_validator("allowed_origins")
    @classmethod
    def _are_origins(cls, listed: str | None) -> str | None:
        for origin in _split(listed):
            if not ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"{origin!r} is none; allowed: scheme://host:port without path, null, *"
                )
        return listed

    @field_validator("max_utterance_s")
    @classmethod
    def _is_heard_whole(cls, seconds: float) -> float:
        if seconds and not 5 <= seconds <= LONGEST_UTTERANCE_S:
            raise ValueError(f"{seconds:g}; allowed: 0, or 5 to {LONGEST_UTTERANCE_S:g}")
        return seconds

    @field_validator("languages")
    @classmethod
    def _are_languages(cls, listed: str | None) -> str | None:
        whisper_languages(_split(listed))
        return listed

    @field_validator("max_connections")
    @classmethod
    def _fit_the_files(cls, wanted: int, info: ValidationInfo) -> int:
        """Leave files for the server itself, and connections for more than sessions."""
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        room = 2**31 if files == resource.RLIM_INFINITY else files * 3 // 4
        sessions = info.data.get("max_sessions", 0)
        connections = wanted or min(sessions + SPARE_CONNECTIONS, room)
        if not sessions < connections <= room:
            limits = f"more than STT_MAX_SESSIONS ({sessions}), at most {room}"
            raise ValueError(
                f"{connections}; allowed with {files} open files (ulimit -n): {limits}"
            )
        return connections

    def origins(self) -> frozenset[str]:
        return frozenset(_split(self.allowed_origins))

    def whisper(self) -> list[WhisperConfig]:
        """One for each device."""
        return [
            WhisperConfig(
                device=self.device,
                device_index=int(index),
                compute_type=self.compute_type,
                cpu_threads=self.cpu_threads,
                workers=self.workers,
                max_batch_size=self.max_batch_size,
                beam_size=self.beam_size,
                encoder_context=_context(self.encoder_context),
                interim_context=_context(self.interim_context),
            )
            for index in self.device_index.split(",")
        ]

    def session(self, traits: Traits) -> SessionConfig:
        """What holds for clients that say nothing else; ``traits`` are the model's."""
        return SessionConfig(
            decoding=DecodeOptions(
                language=self.language, languages=whisper_languages(_split(self.languages))
            ),
            endpointing=EndpointingConfig(
                threshold=self.vad_threshold,
                release=max(0.01, self.vad_threshold - 0.15),
                silence_s=self.endpointing_ms / 1000,
            ),
            hop_s=self.interim_interval_ms / 1000,
            max_utterance_s=self.max_utterance_s or traits.max_utterance_s,
        )

    def limits(self) -> Limits:
        return Limits(
            max_message_bytes=self.max_message_bytes,
            idle_timeout_s=self.idle_timeout_s,
            max_session_s=self.max_session_s,
            send_timeout_s=self.send_timeout_s,
        )


def _context(name: str) -> EncoderContext | None:
    return None if name == "auto" else EncoderContext(name)


def variable(field: str) -> str:
    """Return the name in the environment of a field of Settings."""
    return str(Settings.model_fields[field].validation_alias or PREFIX + field.upper())


def explain(error: ValidationError) -> str:
    """Say which variables are wrong, how, and what they mean, one a line."""
    lines = []
    for fault in error.errors(include_url=False):
        field = _field(str(fault["loc"][0]))
        problem = fault.get("ctx", {}).get("error") or fault["msg"]  # ours, or pydantic's words
        lines.append(f"{variable(field)}: {problem}. {Settings.model_fields[field].description}")
    return "\n".join(lines)


def _field(name: str) -> str:
    """Return the field that pydantic blames: where it has an alias, by that."""
    return next(field for field in Settings.model_fields if name in (field, variable(field)))


def unknown_variables() -> Iterator[tuple[str, str | None]]:
    """Yield each name of the environment that looks like a setting and is none, and the nearest."""
    known = [variable(field) for field in Settings.model_fields]
    for name in map(str.upper, EnvSettingsSource(Settings).env_vars):
        if name.startswith(PREFIX) and name not in known:
            yield name, next(iter(get_close_matches(name, known, n=1)), None)


def _split(listed: str | None) -> list[str]:
    return [each.strip().lower() for each in (listed or "").split(",") if each.strip()]
