"""What a server says. All times are seconds of audio since the first sample."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ready:
    session_id: str
    model: str


@dataclass(frozen=True, slots=True)
class Configured:
    pass


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    utterance: int
    start: float


@dataclass(frozen=True, slots=True)
class Word:
    word: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Transcript:
    utterance: int
    text: str
    is_final: bool
    start: float
    end: float
    language: str
    confidence: float
    words: tuple[Word, ...] | None
    no_speech_prob: float | None
    audio_processed: float | None


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    utterance: int
    end: float
    audio_processed: float | None = None
    suppressed: str | None = None  # why it, or a part of it, has no final: "no_words", …


@dataclass(frozen=True, slots=True)
class Progress:
    """Nothing will be said of the audio before it."""

    audio_processed: float


@dataclass(frozen=True, slots=True)
class Finalized:
    id: int


@dataclass(frozen=True, slots=True)
class CreditsLow:
    seconds_remaining: float


@dataclass(frozen=True, slots=True)
class SessionEnded:
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class ServerError:
    code: str
    message: str
    retryable: bool
    retry_after: float | None
    field: str | None


Message = (
    Ready
    | Configured
    | SpeechStarted
    | Transcript
    | SpeechEnded
    | Progress
    | Finalized
    | CreditsLow
    | SessionEnded
    | ServerError
)


def covered_s(message: Message) -> float | None:
    """The end of the audio that the server is done with, where the message tells."""
    if isinstance(message, Transcript) and message.is_final:
        return message.end if message.audio_processed is None else message.audio_processed
    return message.audio_processed if isinstance(message, (Progress, SpeechEnded)) else None
