"""The native protocol: options to JSON, JSON to messages. No I/O."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from .errors import ProtocolError
from .languages import whisper_language
from .messages import (
    Configured,
    CreditsLow,
    Finalized,
    Limits,
    Message,
    Progress,
    Ready,
    ServerError,
    SessionEnded,
    SpeechEnded,
    SpeechStarted,
    Transcript,
    Unknown,
    Word,
)
from .options import StreamOptions

Json = dict[str, Any]

PROTOCOL = 1  # the version of docs/protocol.md that this client speaks

KEEPALIVE: Json = {"type": "keepalive"}
END_OF_STREAM: Json = {"type": "end_of_stream"}


def finalize(flush_id: int) -> Json:
    return {"type": "finalize", "id": flush_id}


def configure(options: StreamOptions, warm_up_s: float = 0.0, *, resume: bool = False) -> Json:
    """Return the first frame of a connection.

    Fields that are None are omitted: the server decides. ``warm_up_s`` is the audio at the
    beginning that was answered before; ``resume`` says that this client sends again what was not.
    """
    settings = {
        "language": _language(options),
        "languages": _languages(options),
        "task": options.task,
        "prompt": options.prompt,
        "keyterms": list(options.keyterms),
        "interim_results": options.interim_results,
        "words": options.words,
        "endpointing": options.endpointing_ms,
        "vad": options.vad,
        "windowing": options.windowing,
        "encoding": "linear16",
        "sample_rate": options.sample_rate,
        "channels": 1,
        "warm_up": round(warm_up_s * 1000) or None,
        "resume": resume or None,
    }
    given = {name: value for name, value in settings.items() if value is not None}
    return {"type": "configure", **given}


def reconfigure(before: StreamOptions, after: StreamOptions) -> Json:
    """Return the change alone.

    But a language that is set goes with a new list of languages, which would replace it.
    """
    old, new = _changeable(before), _changeable(after)
    changes = {k: v for k, v in new.items() if v != old[k]}
    if "languages" in changes and new["language"]:
        changes["language"] = new["language"]
    return {"type": "configure", **changes}


def _changeable(options: StreamOptions) -> Json:
    return {
        "language": _language(options),
        "languages": _languages(options),
        "prompt": options.prompt or "",
        "keyterms": list(options.keyterms),
        "endpointing": options.endpointing_ms,
        "interim_results": options.interim_results,
    }


def _language(options: StreamOptions) -> str | None:
    return options.language and (whisper_language(options.language) or "auto")


def _languages(options: StreamOptions) -> list[str] | None:
    return None if options.languages is None else list(options.languages)


def parse(text: str) -> Message:
    """Return one message from the server.

    Raises ProtocolError where it is malformed, or of another version of the protocol.
    """
    kind = "message"
    try:
        data = json.loads(text)
        kind = _text(data, "type")
        if kind in _PARSERS:
            return _PARSERS[kind](data)
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError, RecursionError):
        raise ProtocolError(f"malformed {kind} from the server") from None
    return Unknown(kind)


def _ready(data: Json) -> Ready:
    if (version := data.get("protocol", PROTOCOL)) != PROTOCOL:
        raise ProtocolError(
            f"the server speaks version {version!r} of the protocol, this client version"
            f" {PROTOCOL}: update the one that is older"
        )
    features = data.get("features")
    return Ready(
        _text(data, "session_id"),
        _text(data, "model"),
        None if features is None else _names(features),
        _limits(data.get("limits") or {}),
    )


def _names(values: Any) -> frozenset[str]:
    if not isinstance(values, list):
        raise TypeError
    return frozenset(values)


def _limits(data: Json) -> Limits:
    size = _optional_number(data, "max_message_bytes")
    return Limits(
        max_message_bytes=None if size is None else int(size),
        idle_timeout_s=_optional_number(data, "idle_timeout_s"),
        max_session_s=_optional_number(data, "max_session_s"),
        max_utterance_s=_optional_number(data, "max_utterance_s"),
    )


def _speech_started(data: Json) -> SpeechStarted:
    return SpeechStarted(int(data["utterance"]), _number(data, "start"))


def _transcript(data: Json) -> Transcript:
    words = data.get("words")
    return Transcript(
        utterance=int(data["utterance"]),
        text=_text(data, "text"),
        is_final=bool(data["is_final"]),
        start=_number(data, "start"),
        end=_number(data, "end"),
        language=data.get("language") or "",
        confidence=_optional_number(data, "confidence") or 0.0,
        words=None if words is None else tuple(_word(word) for word in words),
        no_speech_prob=_optional_number(data, "no_speech_prob"),
        audio_processed=_optional_number(data, "audio_processed"),
    )


def _word(data: Json) -> Word:
    confidence = _optional_number(data, "confidence") or 0.0
    return Word(_text(data, "word"), _number(data, "start"), _number(data, "end"), confidence)


def _speech_ended(data: Json) -> SpeechEnded:
    return SpeechEnded(
        utterance=int(data["utterance"]),
        end=_number(data, "end"),
        audio_processed=_optional_number(data, "audio_processed"),
        suppressed=None if data.get("suppressed") is None else _text(data, "suppressed"),
    )


def _session_ended(data: Json) -> SessionEnded:
    return SessionEnded(_text(data, "reason"), data.get("message") or "")


def _error(data: Json) -> ServerError:
    return ServerError(
        code=_text(data, "code"),
        message=data.get("message") or "",
        retryable=bool(data.get("retryable", False)),
        retry_after=_optional_number(data, "retry_after"),
        field=data.get("field"),
    )


_PARSERS: dict[str, Callable[[Json], Message]] = {
    "ready": _ready,
    "configured": lambda _: Configured(),
    "speech_started": _speech_started,
    "transcript": _transcript,
    "speech_ended": _speech_ended,
    "progress": lambda data: Progress(_number(data, "audio_processed")),
    "finalized": lambda data: Finalized(int(data["id"])),
    "credits_low": lambda data: CreditsLow(_number(data, "seconds_remaining")),
    "session_ended": _session_ended,
    "error": _error,
}


def _text(data: Json, name: str) -> str:
    value = data[name]
    if not isinstance(value, str):
        raise TypeError(name)
    return value


def _number(data: Json, name: str) -> float:
    value = float(data[name])
    if not math.isfinite(value):
        raise ValueError(name)
    return value


def _optional_number(data: Json, name: str) -> float | None:
    return None if data.get(name) is None else _number(data, name)
