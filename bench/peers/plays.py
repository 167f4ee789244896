"""Decide what each session plays. Plays nothing itself."""

import random
from dataclasses import dataclass

from bench.load import STAGGER_S
from stt_api.session.audio import SAMPLE_RATE
from stt_testing.recordings import Recording, Utterance, recordings


@dataclass(frozen=True, slots=True)
class Play:
    """Recordings of one utterance each, one after the other, after ``delay_s``."""

    clips: tuple[Recording, ...]
    delay_s: float

    def pcm(self, silence_s: float) -> bytes:
        """Return 16 kHz audio with so much silence after each utterance."""
        return b"".join(
            clip.pcm()[:size].ljust(size, b"\0")
            for clip in self.clips
            for size in [2 * _samples(clip, silence_s)]
        )

    def utterances(self, silence_s: float) -> list[Utterance]:
        """Their times are seconds since the first sample that is played."""
        found, begin = [], 0.0
        for clip in self.clips:
            [said] = clip.utterances
            found.append(Utterance(said.text, begin + said.start, begin + said.end, ()))
            begin += _samples(clip, silence_s) / SAMPLE_RATE
        return found


def plays(sessions: int, clips: int, seed: int = 0) -> list[Play]:
    chance = random.Random(seed)
    short = recordings("short")
    return [
        Play(tuple(chance.sample(short, clips)), chance.uniform(0, STAGGER_S))
        for _ in range(sessions)
    ]


def _samples(clip: Recording, silence_s: float) -> int:
    return int((clip.utterances[-1].end + silence_s) * SAMPLE_RATE)
