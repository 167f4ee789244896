"""Decide, from speech probabilities alone, when an utterance starts and ends."""

import enum
from dataclasses import dataclass

from .audio import SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class EndpointingConfig:
    threshold: float = 0.5
    """Probability from which a window counts as speech."""
    release: float = 0.35
    """Probability under which speech counts as silence again. Between the two nothing changes."""
    min_speech_s: float = 0.09
    """Speech that opens an utterance; less is a click."""
    pause_s: float = 0.2
    """Silence after which the utterance is probably over: its final is decoded, not yet given."""
    silence_s: float = 0.5
    """Silence that ends the utterance."""


class Edge(enum.Enum):
    STARTED = enum.auto()
    PAUSED = enum.auto()
    RESUMED = enum.auto()
    ENDED = enum.auto()


class _State(enum.Enum):
    SILENCE = enum.auto()
    SPEECH = enum.auto()
    PAUSE = enum.auto()


class Endpointer:
    """Turn windows' speech probabilities into the edges of one utterance; ENDED is the last.

    The only clock is the audio. Positions are samples since the start of the session.
    """

    def __init__(self, config: EndpointingConfig, position: int = 0) -> None:
        self.config = config
        self.position = position  # samples judged so far
        self.speech_start = position  # where speech began; where it may begin next, until then
        self.speech_end = position  # where the last window of speech ended
        self._state = _State.SILENCE

    @property
    def is_silent(self) -> bool:
        """Silence has begun. It may be the end, or lie between two words."""
        return self.position > self.speech_end

    def push(self, probability: float, samples: int) -> Edge | None:
        """Judge the next window of ``samples`` samples."""
        self.position += samples
        if self._state is _State.SILENCE:
            return self._await_speech(probability, samples)
        speaking = self._state is _State.SPEECH
        if probability >= (self.config.release if speaking else self.config.threshold):
            self.speech_end = self.position
            self._state = _State.SPEECH
            return None if speaking else Edge.RESUMED
        return self._await_end()

    def _await_speech(self, probability: float, samples: int) -> Edge | None:
        if probability < self.config.threshold:
            self.speech_start = self.position
            return None
        if self.position - self.speech_start < self.config.min_speech_s * SAMPLE_RATE:
            return None
        self.speech_end = self.position
        self._state = _State.SPEECH
        return Edge.STARTED

    def _await_end(self) -> Edge | None:
        silence_s = (self.position - self.speech_end) / SAMPLE_RATE
        if silence_s >= self.config.silence_s:
            return Edge.ENDED
        if self._state is _State.SPEECH and silence_s >= self.config.pause_s:
            self._state = _State.PAUSE
            return Edge.PAUSED
        return None
