"""What a server says, message by message. All times are seconds since the first sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server allows; None where it does not say, 0 for no limit."""

    max_message_bytes: int | None = None
    idle_timeout_s: float | None = None
    max_session_s: float | None = None
    max_utterance_s: float | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """The session is open, and this is what the server offers."""

    type: ClassVar[Literal["ready"]] = "ready"
    session_id: str
    model: str
    features: frozenset[str] | None = None  # None where it does not say
    limits: Limits = Limits()

    def has(self, feature: str) -> bool:
        """Tell if the server has a feature. One that lists none is taken to have all."""
        return self.features is None or feature in self.features


@dataclass(frozen=True, slots=True)
class Configured:
    """The newest settings that have not been answered are in force."""


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """Somebody speaks."""

    type: ClassVar[Literal["speech_started"]] = "speech_started"
    utterance: int
    start: float


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a transcript; ``confidence`` is 0 to 1."""

    word: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said since the utterance's last final; an interim is never a delta."""

    utterance: int
    text: str
    is_final: bool
    start: float
    end: float
    language: str  # "" where the server does not tell
    confidence: float  # 0 to 1
    words: tuple[Word, ...] | None
    no_speech_prob: float | None
    audio_processed: float | None  # end of the audio that this covers

    @property
    def type(self) -> Literal["transcript", "partial_transcript"]:
        return "transcript" if self.is_final else "partial_transcript"


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """The utterance is over."""

    utterance: int
    end: float
    audio_processed: float | None = None
    suppressed: str | None = None  # why it, or a part of it, has no final: "no_words", …


@dataclass(frozen=True, slots=True)
class Progress:
    """No later message concerns audio before ``audio_processed``; it need not be sent again."""

    audio_processed: float


@dataclass(frozen=True, slots=True)
class Finalized:
    """All is said about the audio before the flush ``id``."""

    id: int


@dataclass(frozen=True, slots=True)
class CreditsLow:
    """The account behind the key is nearly used up."""

    type: ClassVar[Literal["credits_low"]] = "credits_low"
    seconds_remaining: float


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """The last message of a session."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class ServerError:
    """The server could not do something."""

    code: str
    message: str
    retryable: bool
    retry_after: float | None  # s
    field: str | None  # the setting at fault


@dataclass(frozen=True, slots=True)
class Unknown:
    """A message of a type that this version does not know."""

    kind: str


UtteranceMessage = SpeechStarted | Transcript | SpeechEnded
Message = (
    Ready
    | Configured
    | UtteranceMessage
    | Progress
    | Finalized
    | CreditsLow
    | SessionEnded
    | ServerError
    | Unknown
)


def covered_s(message: Message) -> float | None:
    """Return the end of the audio that the server is done with, where the message tells."""
    if isinstance(message, Transcript) and message.is_final:
        return message.end if message.audio_processed is None else message.audio_processed
    return message.audio_processed if isinstance(message, (Progress, SpeechEnded)) else None


def start_s(message: UtteranceMessage) -> float:
    """Return where the utterance begins, as far as the message tells."""
    return message.end if isinstance(message, SpeechEnded) else message.start
