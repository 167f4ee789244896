"""What a stream tells its user. All times are seconds of the stream's audio, over reconnects too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .messages import CreditsLow, Ready, SpeechStarted, Transcript


@dataclass(frozen=True, slots=True)
class UtteranceEnd:
    """The utterance is over; each that has started ends exactly once."""

    type: ClassVar = "utterance_end"
    utterance: int
    start: float
    end: float
    suppressed: str | None = None  # why it, or a part of it, has no final: "no_words", …


@dataclass(frozen=True, slots=True)
class Flushed:
    """All is said about the audio before a flush.

    ``has_final`` is true for one flush only where several wait for the same final.
    """

    type: ClassVar = "flushed"
    id: int
    has_final: bool
    position: float  # as far as audio was sent


Event = Ready | SpeechStarted | Transcript | UtteranceEnd | Flushed | CreditsLow
