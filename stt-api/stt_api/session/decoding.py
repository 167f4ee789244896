"""What a session asks of the model, and what it gets back."""

import enum
import math
from dataclasses import dataclass

from .audio import SAMPLE_RATE, Samples
from .events import Word


class Task(enum.StrEnum):
    TRANSCRIBE = "transcribe"
    TRANSLATE = "translate"


@dataclass(frozen=True, slots=True)
class DecodeOptions:
    """``language`` is a Whisper code such as ``en``, or None to detect it."""

    language: str | None = None
    task: Task = Task.TRANSCRIBE
    prompt: str = ""
    keyterms: tuple[str, ...] = ()
    words: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class DecodeRequest:
    """Audio to transcribe: float32, mono, 16 kHz, at most 30 s.

    ``final`` requests go before others. ``prefix`` is text that the transcript starts with.
    """

    samples: Samples
    options: DecodeOptions
    final: bool
    prefix: str = ""

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Transcript:
    """The answer to one request. Word times are seconds from the request's first sample.

    ``redone`` where the first decode was doubted; ``agreed`` where another one gave its words.
    """

    words: tuple[Word, ...]
    language: str
    avg_logprob: float
    no_speech_prob: float
    redone: bool = False
    agreed: bool = False

    @property
    def text(self) -> str:
        return "".join(word.text for word in self.words).strip()

    @property
    def confidence(self) -> float:
        return math.exp(self.avg_logprob)
