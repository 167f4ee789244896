"""Everything a session can say. Times are seconds from its first audio sample.

Within one utterance the order is SpeechStarted, Interim*, Final*, SpeechEnded: always complete.
SpeechStarted of the next utterance may come before the Final of this one, for barge-in.
"""

import enum
from dataclasses import dataclass

from .config import SessionConfig
from .word import Word


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    utterance: int
    start: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was understood of an utterance since its last Final.

    ``confidence`` is the exponential of the average log-probability of the tokens.
    ``audio_processed`` is the end of the audio that this covers.
    """

    utterance: int
    text: str
    start: float
    end: float
    language: str
    confidence: float
    no_speech_prob: float
    audio_processed: float
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Interim(Result):
    """Replaces the interim before it. The first ``stable`` characters stay in later interims."""

    stable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Final(Result):
    """Never changed and never repeated."""


class Suppression(enum.StrEnum):
    """Why a Final is not given."""

    NO_WORDS = "no_words"
    NO_SPEECH = "no_speech"
    REPETITION = "repetition"


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """``audio_processed`` is the end of the audio that the Finals cover, given or suppressed.

    ``suppressed`` tells why the utterance, or a part of it, has no Final.
    """

    utterance: int
    end: float
    audio_processed: float
    suppressed: Suppression | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Nothing is said before ``audio_processed`` but what Finals have covered. In silence."""

    audio_processed: float


@dataclass(frozen=True, slots=True)
class Finalized:
    """Everything said before ``finalize`` number ``id`` has had its Final."""

    id: int | None


@dataclass(frozen=True, slots=True)
class Configured:
    """The settings in force from the next utterance on."""

    config: SessionConfig


class EndReason(enum.StrEnum):
    END_OF_STREAM = "end_of_stream"
    IDLE_TIMEOUT = "idle_timeout"
    MAX_DURATION = "max_duration"
    SERVER_SHUTDOWN = "server_shutdown"
    FAILED = "failed"  # an error follows; on the wire it takes the place of this event


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """The last event of a session."""

    reason: EndReason
    seconds_used: float


Event = (
    SpeechStarted | Interim | Final | SpeechEnded | Progress | Finalized | Configured | SessionEnded
)
