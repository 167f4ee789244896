"""What a session asks of the model, and what it gets back."""

import enum
import math
from dataclasses import dataclass, field

from .audio import SAMPLE_RATE, Samples
from .language import LanguageBelief
from .word import Word


class Task(enum.StrEnum):
    TRANSCRIBE = "transcribe"
    TRANSLATE = "translate"


@dataclass(frozen=True, slots=True)
class DecodeOptions:
    """``language`` is a Whisper code such as ``en``, or None to detect it.

    It is then one of ``languages``; of all that the model knows where these are empty.
    """

    language: str | None = None
    languages: tuple[str, ...] = ()
    task: Task = Task.TRANSCRIBE
    prompt: str = ""
    keyterms: tuple[str, ...] = ()
    words: bool = False

    @property
    def known_language(self) -> str | None:
        """The language that needs no detection; None where there is a choice."""
        if self.language is None and len(self.languages) == 1:
            return self.languages[0]
        return self.language


@dataclass(frozen=True, slots=True, eq=False)
class DecodeRequest:
    """Audio to transcribe: float32, mono, 16 kHz, at most 30 s.

    ``final`` requests go before others, and of those the ``first`` of an utterance, of which
    nothing is shown yet. ``prefix`` is text that the transcript starts with. ``speech_s`` is where
    speech ends, in s from the first sample; None where nobody knows. A language is detected with
    ``belief`` from the speech before, against ``evidence_s`` of speech in these samples.
    """

    samples: Samples
    options: DecodeOptions
    final: bool
    prefix: str = ""
    first: bool = False
    speech_s: float | None = None
    belief: LanguageBelief = field(default_factory=LanguageBelief)
    evidence_s: float = math.inf

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE


class Doubt(enum.StrEnum):
    """Why a final is decoded once more."""

    REPETITION = "repetition"
    CUT_OFF = "cut_off"
    """It is as long as a text may become, and did not end."""
    TOO_FAST = "too_fast"
    """Nobody speaks so fast."""
    UNSURE = "unsure"
    """The tokens were improbable."""
    EARLY_END = "early_end"
    """The last word ends well before the speech does, or there is none."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """The answer to one request. Word times are seconds from the request's first sample.

    ``cut_off`` where it did not end by itself. ``redone`` tells why the first decode was doubted,
    if it was; ``agreed`` that another one gave its words. ``belief`` is that of the request with
    what was detected. ``waited_s`` is how long the request waited for others'.
    """

    words: tuple[Word, ...]
    language: str
    avg_logprob: float
    no_speech_prob: float
    cut_off: bool = False
    redone: Doubt | None = None
    agreed: bool = False
    belief: LanguageBelief = field(default_factory=LanguageBelief)
    waited_s: float = 0.0

    @property
    def text(self) -> str:
        return "".join(word.text for word in self.words).strip()

    @property
    def confidence(self) -> float:
        return math.exp(self.avg_logprob)
