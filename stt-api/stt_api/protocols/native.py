"""This server's own protocol: binary PCM and JSON commands up, one JSON object per event down.

docs/protocol.md describes it message by message.
"""

import json
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..errors import (
    AtCapacity,
    InvalidMessage,
    InvalidSetting,
    MessageTooLarge,
    SttError,
    UnknownMessage,
)
from ..session.config import SessionConfig
from ..session.events import (
    Configured,
    EndReason,
    Event,
    Final,
    Finalized,
    Interim,
    Progress,
    Result,
    SessionEnded,
    SpeechEnded,
    SpeechStarted,
)
from ..session.word import Word
from .commands import Audio, Command, Configure, EndOfStream, Finalize, KeepAlive
from .contract import Accepted, Handshake, Message, Ready
from .settings import AUDIO_FORMAT, LIVE, SETTINGS, ClientSettings, change

VERSION = 1
FEATURES = (
    "finalize",
    "configure",
    "languages",
    "words",
    "keyterms",
    "translate",
    "stable",
    "progress",
    "warm_up",
    "resume",
)
LISTS = ("languages", "keyterms")  # in a URL several names, or one with commas
MAX_TEXT = 64 * 1024  # characters of a text frame
COMMANDS = ("auth", "configure", "keepalive", "finalize", "end_of_stream", "CloseStream")
Fields = dict[str, Any]


class NativeProtocol:
    """Reads the settings of one connection and speaks for it."""

    def __init__(self, config: SessionConfig, languages: Sequence[str]) -> None:
        self.config = config
        self.languages = languages
        self.heard_audio = False
        self._ready: Ready
        self._greetings: deque[tuple[str, ...] | None] = deque()
        # For each Configured that is still to come: None, or what an auth frame is greeted with.

    def open(self, handshake: Handshake) -> Accepted:
        """Take the settings of the URL. A repeated list adds up."""
        changes = {
            field: ",".join(values) if field in LISTS else values[-1]
            for field, values in handshake.query.items()
        }
        self.config = change(self.config, changes, self.languages)
        return Accepted()

    # Up.

    def decode(self, message: Message) -> list[Command]:
        return [self._command(message)]

    def _command(self, message: Message) -> Command:
        if message == b"":
            return KeepAlive()
        if isinstance(message, bytes):
            self.heard_audio = True
            return Audio(message)
        if message.strip() == "stop":
            return EndOfStream()
        return self._named(_parse(message))

    def _named(self, fields: Fields) -> Command:
        match fields.pop("type"):
            case "keepalive":
                return KeepAlive()
            case "finalize":
                return Finalize(_finalize_id(fields))
            case "end_of_stream" | "CloseStream":
                return EndOfStream()
            case "configure":
                return self._configure(fields, None)
            case "auth":  # keys are not checked by this version
                return self._greet(_object(fields.get("config", {}), "config"))
            case kind:
                raise UnknownMessage(f"type: {kind!r} is unknown; allowed: {', '.join(COMMANDS)}")

    def _greet(self, declared: Fields) -> Configure:
        """Take what this server knows of settings that may have been written for another."""
        known = {name: value for name, value in declared.items() if name in SETTINGS}
        return self._configure(known, tuple(name for name in declared if name not in known))

    def _configure(self, changes: Fields, greeting: tuple[str, ...] | None) -> Configure:
        """Take all changes or none. Without its format, the audio to come would be noise."""
        allowed = LIVE if self.heard_audio else SETTINGS
        try:
            self.config = change(self.config, changes, self.languages, allowed)
        except InvalidSetting as error:
            error.fatal = not self.heard_audio and not changes.keys().isdisjoint(AUDIO_FORMAT)
            raise
        self._greetings.append(greeting)
        return Configure(self.config)

    # Down.

    def encode(self, event: Event | Ready) -> list[str]:
        match event:
            case Ready():
                self._ready = event
                return [_greeting(event)]
            case Configured(config):
                ignored = self._greetings.popleft() if self._greetings else None
                if ignored is not None:
                    return [_greeting(replace(self._ready, config=config), ignored)]
        fields = _event_fields(event)
        return [json.dumps(fields, ensure_ascii=False)] if fields else []

    def encode_error(self, error: SttError) -> list[str]:
        return [error_message(error)]

    def refusal(self, error: SttError) -> str:
        return error_message(error)

    def close_code(self, ending: EndReason | SttError) -> int:
        if isinstance(ending, SttError):
            return ending.close_code
        return 1012 if ending is EndReason.SERVER_SHUTDOWN else 1000


def error_message(error: SttError) -> str:
    """Also the body of a refusal over HTTP."""
    fields: Fields = {
        "type": "error",
        "code": error.code,
        "message": str(error),
        "retryable": error.retryable,
    }
    if isinstance(error, AtCapacity):
        fields["retry_after"] = error.retry_after_s
    if isinstance(error, InvalidSetting):
        fields["field"] = error.field
    return json.dumps(fields)  # ASCII: it may quote what cannot be encoded


def _parse(message: str) -> Fields:
    if len(message) > MAX_TEXT:
        raise MessageTooLarge(f"text: {len(message)} characters; at most {MAX_TEXT} are allowed")
    try:
        fields = json.loads(message)
    except (ValueError, RecursionError):
        raise InvalidMessage("text: not JSON; a JSON object with a type is expected") from None
    if "type" not in _object(fields, "text"):
        raise InvalidMessage(f"type: missing; allowed: {', '.join(COMMANDS)}")
    return dict(fields)


def _object(value: object, field: str) -> Fields:
    if not isinstance(value, dict):
        raise InvalidMessage(f"{field}: a JSON object is expected")
    return value


def _finalize_id(fields: Fields) -> int | None:
    finalize_id = fields.get("id")
    if finalize_id is None or type(finalize_id) is int:
        return finalize_id
    raise InvalidSetting("id", "allowed: an integer, or no id")


def _event_fields(event: Event) -> Fields:
    match event:
        case Configured(config):
            return {"type": "configured", **ClientSettings.of(config).model_dump()}
        case SpeechStarted(utterance, start):
            return {"type": "speech_started", "utterance": utterance, "start": _seconds(start)}
        case Result():
            return _transcript(event)
        case SpeechEnded():
            return _speech_ended(event)
        case Progress(processed):
            return {"type": "progress", "audio_processed": _seconds(processed)}
        case Finalized(finalize_id):
            return {"type": "finalized", "id": finalize_id}
        case SessionEnded(reason=EndReason.FAILED):
            return {}  # the error says more
        case SessionEnded(reason, used):
            return {
                "type": "session_ended",
                "reason": reason,
                "seconds_used": _seconds(used),
                "message": MESSAGES[reason],
            }


MESSAGES = {
    EndReason.END_OF_STREAM: "all audio is covered",
    EndReason.IDLE_TIMEOUT: "nothing was received for too long; send keepalive while silent",
    EndReason.MAX_DURATION: "the session has reached its maximum length",
    EndReason.SERVER_SHUTDOWN: "the server is shutting down; connect again",
}


def _greeting(ready: Ready, ignored: Sequence[str] = ()) -> str:
    fields: Fields = {
        "type": "ready",
        "session_id": ready.session_id,
        "model": ready.model,
        "protocol": VERSION,
        "sample_rate": ready.config.audio.sample_rate,
        "features": FEATURES,
        "ignored": ignored,
        "limits": {
            "max_message_bytes": ready.limits.max_message_bytes,
            "idle_timeout_s": ready.limits.idle_timeout_s,
            "max_session_s": ready.limits.max_session_s,
            "max_utterance_s": ready.config.max_utterance_s,
        },
    }
    return json.dumps(fields)  # ASCII: what was ignored perhaps cannot be encoded


def _speech_ended(ended: SpeechEnded) -> Fields:
    return {
        "type": "speech_ended",
        "utterance": ended.utterance,
        "end": _seconds(ended.end),
        "audio_processed": _seconds(ended.audio_processed),
        "suppressed": ended.suppressed,
    }


def _transcript(result: Interim | Final) -> Fields:
    fields: Fields = {
        "type": "transcript",
        "utterance": result.utterance,
        "text": result.text,
        "is_final": isinstance(result, Final),
        "stable": result.stable if isinstance(result, Interim) else len(result.text),
        "start": _seconds(result.start),
        "end": _seconds(result.end),
        "language": result.language,
        "confidence": round(result.confidence, 4),
        "no_speech_prob": round(result.no_speech_prob, 4),
        "audio_processed": _seconds(result.audio_processed),
    }
    if result.words:
        fields["words"] = [_word(word) for word in result.words]
    return fields


def _word(word: Word) -> Fields:
    return {
        "word": word.text.strip(),
        "start": _seconds(word.start),
        "end": _seconds(word.end),
        "confidence": round(word.confidence, 4),
    }


def _seconds(value: float) -> float:
    return round(value, 3)
