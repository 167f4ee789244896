"""The recordings of tests/data/speech, and how wrong a transcript of one is."""

import json
import re
from collections.abc import Sequence
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


@cache
def digits() -> dict[str, NDArray[np.float32]]:
    """Return each digit as a person said it, 16 kHz: the first of the recordings that has it."""
    spoken: dict[str, NDArray[np.float32]] = {}
    for recording in recordings("human-digits"):
        for word, sound in zip(words(recording.text), _sounds(recording.samples()), strict=True):
            spoken.setdefault(word, sound)
    return spoken


def _sounds(samples: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Split a recording where it is silent for more than 0.12 s."""
    loud = np.flatnonzero(np.abs(samples) > 1e-4)
    groups = np.split(loud, np.flatnonzero(np.diff(loud) > 0.12 * SAMPLE_RATE) + 1)
    return [samples[group[0] : group[-1] + 1] for group in groups if len(group) > 800]


def spoken(sounds: Sequence[NDArray[np.float32]], gap_s: float = 0.2) -> NDArray[np.float32]:
    """Say one sound after the other, with silence before and behind them."""
    gap = np.zeros(int(gap_s * SAMPLE_RATE), np.float32)
    rest = np.zeros(int(1.2 * SAMPLE_RATE), np.float32)
    return np.concatenate([rest, *(part for sound in sounds for part in (sound, gap)), rest])


def words(text: str) -> list[str]:
    """Split a text into words without case and punctuation."""
    return re.findall(r"[\w']+", text.lower())


def word_errors(reference: str, hypothesis: str) -> int:
    """Count substituted, deleted and inserted words."""
    alignment = jiwer.process_words(" ".join(words(reference)), " ".join(words(hypothesis)))
    return alignment.substitutions + alignment.deletions + alignment.insertions
