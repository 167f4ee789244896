"""What a session tells its user. Times are seconds of the stream's audio, over reconnects too.

``type`` is the name under which ``Session.on`` takes callbacks for an event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from .messages import CreditsLow, Ready, SpeechStarted, Transcript


@dataclass(frozen=True, slots=True)
class UtteranceEnd:
    """The utterance is over; each that has started ends exactly once."""

    type: ClassVar[Literal["utterance_end"]] = "utterance_end"
    utterance: int
    start: float
    end: float
    suppressed: str | None = None  # why it, or a part of it, has no final: "no_words", …


@dataclass(frozen=True, slots=True)
class Flushed:
    """All is said about the audio before a flush.

    ``has_final`` is true for one flush only where several wait for the same final.
    """

    type: ClassVar[Literal["flushed"]] = "flushed"
    id: int
    has_final: bool
    position: float  # as far as audio was sent


@dataclass(frozen=True, slots=True)
class Reconnecting:
    """The connection is lost, and another is tried. Nothing is lost yet."""

    type: ClassVar[Literal["reconnecting"]] = "reconnecting"
    reason: str


@dataclass(frozen=True, slots=True)
class Reconnected:
    """The session goes on over another connection."""

    type: ClassVar[Literal["reconnected"]] = "reconnected"
    gap_s: float  # how long there was none
    replayed_s: float  # audio that is sent again, since no answer to it had come


@dataclass(frozen=True, slots=True)
class AudioDropped:
    """No server took the audio for so long that its oldest was given up."""

    type: ClassVar[Literal["audio_dropped"]] = "audio_dropped"
    seconds: float


Event = (
    Ready
    | SpeechStarted
    | Transcript
    | UtteranceEnd
    | Flushed
    | Reconnecting
    | Reconnected
    | AudioDropped
    | CreditsLow
)
