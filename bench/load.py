"""Decide what each simulated client plays. Plays nothing itself."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stt_api.session.audio import SAMPLE_RATE, to_pcm
from stt_testing.recordings import Recording, Utterance, recordings

LEAD_S = 0.9  # before the first utterance: the whole pre-roll, and none of what was said before
TAIL_S = 1.0  # silence behind the last: room for its endpoint
STAGGER_S = 2.0  # clients begin within this
QUIET_ROOM = 0.002  # standard deviation of its noise, 54 dB below full scale


@dataclass(frozen=True, slots=True)
class Play:
    """Whole utterances of one recording, ``first`` to before ``stop``, after ``delay_s``."""

    recording: str
    first: int
    stop: int
    delay_s: float

    def source(self) -> Recording:
        [recording] = recordings(self.recording)
        return recording

    def _begin_s(self) -> float:
        return max(0.0, self.source().utterances[self.first].start - LEAD_S)

    def _end_s(self) -> float:
        return self.source().utterances[self.stop - 1].end + TAIL_S

    @property
    def seconds(self) -> float:
        return self._end_s() - self._begin_s()

    def pcm(self) -> bytes:
        begin, end = int(self._begin_s() * SAMPLE_RATE), int(self._end_s() * SAMPLE_RATE)
        return self.source().pcm()[2 * begin : 2 * end]

    def places(self) -> list[tuple[str, int]]:
        """Return the recording of each utterance, and its place there."""
        return [(self.recording, place) for place in range(self.first, self.stop)]

    def utterances(self) -> list[Utterance]:
        """Their times are seconds since the first sample that is played."""
        begin = self._begin_s()
        return [
            Utterance(u.text, u.start - begin, u.end - begin, ())
            for u in self.source().utterances[self.first : self.stop]
        ]


@dataclass(frozen=True, slots=True)
class Silence:
    """An open microphone in a quiet room: faint noise, in which nobody speaks."""

    seconds: float
    delay_s: float
    seed: int

    def pcm(self) -> bytes:
        samples = int(self.seconds * SAMPLE_RATE)
        noise = np.random.default_rng(self.seed).normal(0, QUIET_ROOM, samples)
        return to_pcm(noise.astype(np.float32))

    def utterances(self) -> list[Utterance]:
        return []

    def places(self) -> list[tuple[str, int]]:
        return []


Sound = Play | Silence
"""What one client plays."""


def plays(sessions: int, seconds: float, seed: int = 0) -> list[Play]:
    """Return one part of a dialogue for each client, about ``seconds`` long."""
    chance = random.Random(seed)
    dialogues = recordings("dialogue")
    return [_part(dialogues[n % len(dialogues)], seconds, chance) for n in range(sessions)]


def silences(sessions: int, seconds: float, seed: int = 0) -> list[Silence]:
    chance = random.Random(seed)
    return [Silence(seconds, chance.uniform(0, STAGGER_S), n) for n in range(sessions)]


LOADS: Mapping[str, Callable[..., Sequence[Sound]]] = {
    "dialogues": plays,
    "silent": silences,
}


def _part(dialogue: Recording, seconds: float, chance: random.Random) -> Play:
    utterances = dialogue.utterances
    latest = utterances[-1].end - seconds
    firsts = [n for n, utterance in enumerate(utterances) if utterance.start <= latest] or [0]
    first = chance.choice(firsts)
    until = utterances[first].start + seconds
    stop = sum(utterance.end <= until for utterance in utterances)
    return Play(dialogue.name, first, max(stop, first + 1), chance.uniform(0, STAGGER_S))
