"""The recordings of tests/data/speech, and how wrong a transcript of one is."""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jiwer
import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

FOLDER = Path(__file__).parent / "data" / "speech"
SAMPLE_RATE = 16_000


@dataclass(frozen=True, slots=True)
class Utterance:
    """``start`` and ``end`` in s; ``word_starts`` in s, empty where they are not known."""

    text: str
    start: float
    end: float
    word_starts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Recording:
    name: str
    language: str
    utterances: tuple[Utterance, ...]

    @property
    def text(self) -> str:
        return " ".join(utterance.text for utterance in self.utterances)

    def samples(self) -> NDArray[np.float32]:
        """Mono, 16 kHz, -1 to 1."""
        audio, rate = soundfile.read(FOLDER / self.name, dtype="float32", always_2d=True)
        mono: NDArray[np.float32] = soxr.resample(audio.mean(axis=1), rate, SAMPLE_RATE)
        return mono

    def pcm(self) -> bytes:
        """16-bit little-endian, mono, 16 kHz."""
        return to_pcm(self.samples())


def to_pcm(samples: NDArray[np.float32]) -> bytes:
    return (samples.clip(-1, 1) * 32767).astype("<i2").tobytes()


@cache
def recordings(prefix: str = "") -> tuple[Recording, ...]:
    """Return those whose file name starts with ``prefix``."""
    manifest = json.loads((FOLDER / "manifest.json").read_text())
    return tuple(
        Recording(entry["file"], entry["language"], tuple(map(_utterance, entry["utterances"])))
        for entry in manifest
        if entry["file"].startswith(prefix)
    )


def _utterance(entry: dict[str, object]) -> Utterance:
    words: list[dict[str, float]] = entry.get("words", [])  # type: ignore[assignment]
    starts = tuple(word["start"] for word in words)
    return Utterance(str(entry["text"]), float(entry["start"]), float(entry["end"]), starts)  # type: ignore[arg-type]


def words(text: str) -> list[str]:
    """Split a text into words without case and punctuation."""
    return re.findall(r"[\w']+", text.lower())


def word_errors(reference: str, hypothesis: str) -> int:
    """Count substituted, deleted and inserted words."""
    alignment = jiwer.process_words(" ".join(words(reference)), " ".join(words(hypothesis)))
    return alignment.substitutions + alignment.deletions + alignment.insertions
