"""Decide what each simulated client plays. Plays nothing itself."""

import random
from dataclasses import dataclass

from speech import SAMPLE_RATE, Recording, Utterance, recordings

LEAD_S = 0.9  # before the first utterance: the whole pre-roll, and none of what was said before
TAIL_S = 1.0  # silence behind the last: room for its endpoint
STAGGER_S = 2.0  # clients begin within this


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

    def pcm(self) -> bytes:
        utterances = self.source().utterances[self.first : self.stop]
        begin, end = int(self._begin_s() * SAMPLE_RATE), (utterances[-1].end + TAIL_S) * SAMPLE_RATE
        return self.source().pcm()[2 * begin : 2 * int(end)]

    def utterances(self) -> list[Utterance]:
        """Their times are seconds since the first sample that is played."""
        begin = self._begin_s()
        return [
            Utterance(u.text, u.start - begin, u.end - begin, ())
            for u in self.source().utterances[self.first : self.stop]
        ]


def plays(sessions: int, seconds: float, seed: int = 0) -> list[Play]:
    """Return one part of a dialogue for each client, about ``seconds`` long."""
    chance = random.Random(seed)
    dialogues = recordings("dialogue")
    return [_part(dialogues[n % len(dialogues)], seconds, chance) for n in range(sessions)]


def _part(dialogue: Recording, seconds: float, chance: random.Random) -> Play:
    utterances = dialogue.utterances
    latest = utterances[-1].end - seconds
    firsts = [n for n, utterance in enumerate(utterances) if utterance.start <= latest] or [0]
    first = chance.choice(firsts)
    until = utterances[first].start + seconds
    stop = sum(utterance.end <= until for utterance in utterances)
    return Play(dialogue.name, first, max(stop, first + 1), chance.uniform(0, STAGGER_S))
