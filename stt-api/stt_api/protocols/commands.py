"""What a message of a client asks of its transcription."""

from dataclasses import dataclass

from ..session.config import SessionConfig


@dataclass(frozen=True, slots=True)
class Audio:
    """Wire PCM in the declared format."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Configure:
    """Go on under ``config``."""

    config: SessionConfig


@dataclass(frozen=True, slots=True)
class Finalize:
    """End the utterance now; the stream goes on."""

    id: int | None


@dataclass(frozen=True, slots=True)
class KeepAlive:
    """The client lives."""


@dataclass(frozen=True, slots=True)
class EndOfStream:
    """No more audio; close after the last result."""


Command = Audio | Configure | Finalize | KeepAlive | EndOfStream
