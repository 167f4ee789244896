"""The recordings of testing/recordings: what is said in them, and how they sound."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr

from stt_api.session.audio import SAMPLE_RATE, Samples, to_pcm
from stt_api.word_errors import words

FOLDER = Path(__file__).parents[1] / "recordings"


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

    def samples(self) -> Samples:
        """Return mono at 16 kHz, -1 to 1."""
        audio, rate = soundfile.read(FOLDER / self.name, dtype="float32", always_2d=True)
        mono: Samples = soxr.resample(audio.mean(axis=1), rate, SAMPLE_RATE)
        return mono

    def pcm(self) -> bytes:
        """Return it as clients send it: 16-bit little-endian, mono, 16 kHz."""
        return to_pcm(self.samples())


@cache
def recordings(prefix: str = "") -> tuple[Recording, ...]:
    """Return those whose file name starts with ``prefix``."""
    manifest = json.loads((FOLDER / "manifest.json").read_text())
    return tuple(
        Recording(entry["file"], entry["language"], tuple(map(_utterance, entry["utterances"])))
        for entry in manifest
        if entry["file"].startswith(prefix)
    )


def _utterance(entry: dict[str, Any]) -> Utterance:
    starts = tuple(word["start"] for word in entry.get("words", ()))
    return Utterance(entry["text"], entry["start"], entry["end"], starts)


@cache
def digits() -> dict[str, Samples]:
    """Return each digit as a person said it, 16 kHz: the first of the recordings that has it."""
    spoken: dict[str, Samples] = {}
    for recording in recordings("human-digits"):
        for word, sound in zip(words(recording.text), _sounds(recording.samples()), strict=True):
            spoken.setdefault(word, sound)
    return spoken


def _sounds(samples: Samples) -> list[Samples]:
    """Split a recording where it is silent for more than 0.12 s."""
    loud = np.flatnonzero(np.abs(samples) > 1e-4)
    groups = np.split(loud, np.flatnonzero(np.diff(loud) > 0.12 * SAMPLE_RATE) + 1)
    return [samples[group[0] : group[-1] + 1] for group in groups if len(group) > 800]


def spoken(sounds: Sequence[Samples], gap_s: float = 0.2) -> Samples:
    """Say one sound after the other, with silence before and behind them."""
    gap = np.zeros(int(gap_s * SAMPLE_RATE), np.float32)
    rest = np.zeros(int(1.2 * SAMPLE_RATE), np.float32)
    return np.concatenate([rest, *(part for sound in sounds for part in (sound, gap)), rest])
