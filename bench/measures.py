"""From what clients heard to figures. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from stt_api.word_errors import word_errors, words
from stt_testing.recordings import Utterance

from .clients import Log

CalmErrors = Mapping[tuple[str, int], int]
"""Word errors of each (recording, place of the utterance) of one session alone."""
Message = dict[str, Any]

MATCH_S = 0.6  # a final belongs to the utterance that begins this near


@dataclass(slots=True)
class Figures:
    """Seconds, one item for each utterance or interim; counts where it says so."""

    final_s: list[float] = field(default_factory=list)  # end of speech → final, over endpointing
    first_interim_s: list[float] = field(default_factory=list)  # begin of speech → first interim
    interim_age_s: list[float] = field(default_factory=list)  # age of the newest audio it covers
    utterances: int = 0
    lost: int = 0  # utterances without a final
    word_errors: int = 0
    calm_word_errors: int = 0  # of the same utterances when nobody else is served
    words: int = 0
    shown: int = 0  # words of the last interims
    changed: int = 0  # words that changed after being shown
    changed_stable: int = 0  # of them, words that were declared stable
    failures: int = 0  # clients that did not come to their end
    interims: int = 0
    heard: list[list[str]] = field(default_factory=list)  # words of each utterance's finals

    @property
    def wer(self) -> float:
        return self.word_errors / max(1, self.words)

    @property
    def calm_wer(self) -> float:
        return self.calm_word_errors / max(1, self.words)

    @property
    def flicker(self) -> float:
        return self.changed / max(1, self.shown)

    @property
    def stable_flicker(self) -> float:
        return self.changed_stable / max(1, self.shown)


def measure(logs: Iterable[Log], endpointing_s: float, calm: CalmErrors | None = None) -> Figures:
    figures = Figures()
    for log in logs:
        figures.failures += log.failure is not None
        _add_transcripts(figures, log, endpointing_s)
        figures.calm_word_errors += sum((calm or {}).get(place, 0) for place in log.play.places())
    return figures


def errors_of(utterance: Utterance, finals: Iterable[Message]) -> int:
    """Count the word errors of the finals that belong to an utterance."""
    own = (final["text"] for final in finals if _belongs(final, utterance))
    return word_errors(utterance.text, " ".join(own))


def percentiles(values: Sequence[float]) -> dict[str, float | None]:
    """p50, p95 and p99; None where there is no value."""
    ranks = (50, 95, 99)
    if not values:
        return {f"p{rank}": None for rank in ranks}
    found = np.percentile(values, ranks)
    return {f"p{rank}": float(value) for rank, value in zip(ranks, found, strict=True)}


def _add_transcripts(figures: Figures, log: Log, endpointing_s: float) -> None:
    said = [(at, message) for at, message in log.heard if message["type"] == "transcript"]
    finals = [(at, message) for at, message in said if message["is_final"]]
    figures.interims += len(said) - len(finals)
    for utterance in log.play.utterances():
        figures.utterances += 1
        own = [(at, final) for at, final in finals if _belongs(final, utterance)]
        figures.word_errors += errors_of(utterance, (final for _, final in own))
        figures.words += len(words(utterance.text))
        figures.heard.append(words(" ".join(final["text"] for _, final in own)))
        if not own:
            figures.lost += 1
            continue
        figures.final_s.append(own[-1][0] - utterance.end - endpointing_s)
        number = own[0][1]["utterance"]
        interims = [(at, m) for at, m in said if m["utterance"] == number and not m["is_final"]]
        _add_interims(figures, interims, utterance)


def _belongs(final: Message, utterance: Utterance) -> bool:
    return bool(utterance.start - MATCH_S < final["start"] < utterance.end)


def _add_interims(
    figures: Figures, interims: list[tuple[float, Message]], utterance: Utterance
) -> None:
    if not interims:
        return
    figures.first_interim_s.append(interims[0][0] - utterance.start)
    figures.interim_age_s += [at - interim["audio_processed"] for at, interim in interims]
    figures.shown += len(words(interims[-1][1]["text"]))
    for (_, before), (_, after) in pairwise(interims):
        figures.changed += changed_words(before["text"], after["text"])
        figures.changed_stable += changed_words(before["text"][: before["stable"]], after["text"])


def changed_words(before: str, after: str) -> int:
    """Count the words of ``before`` that ``after`` does not show at their place."""
    later = words(after)
    return sum(
        place >= len(later) or later[place] != word for place, word in enumerate(words(before))
    )
