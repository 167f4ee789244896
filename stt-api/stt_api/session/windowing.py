"""Decide what the next interim decodes, and fit its answer to the ones before.

Finals are not decided here: they always decode everything since the last cut.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from .audio import SAMPLE_RATE
from .stabilizer import Stabilizer
from .word import Word

CUT_AFTER = 8 * SAMPLE_RATE  # samples; a longer decode window is cut behind a stable word
CUT_MARGIN = 2 * SAMPLE_RATE  # samples kept before the end, so that the model has context
OVERLAP_WINDOW = 2 * SAMPLE_RATE
OVERLAP = SAMPLE_RATE // 2


class WindowingPolicy(enum.StrEnum):
    UTTERANCE = "utterance"
    OVERLAP = "overlap"


@dataclass(frozen=True, slots=True)
class DecodeWindow:
    """Positions to decode. ``timed`` asks for word times."""

    start: int
    end: int
    prefix: str = ""  # words in the window that are already stable
    context: str = ""  # stable words before the window
    timed: bool = False


@dataclass(frozen=True, slots=True)
class Hypothesis:
    stable: str
    unstable: str

    @property
    def text(self) -> str:
        return (self.stable + self.unstable).strip()


class Windowing(Protocol):
    """Call ``next_window`` when audio has come, ``receive`` with the words of that window."""

    def next_window(self, end: int) -> DecodeWindow | None: ...

    def receive(self, window: DecodeWindow, words: Sequence[Word]) -> Hypothesis: ...


class UtteranceWindowing:
    """Decode the utterance from its last stable cut, each time ``hop`` samples are new."""

    def __init__(self, start: int, hop: int) -> None:
        self.start = start
        self.hop = hop
        self.decoded = start  # position that the last window reached
        self.context = ""
        self.stabilizer = Stabilizer()

    def next_window(self, end: int) -> DecodeWindow | None:
        if end - self.decoded < self.hop:
            return None
        self.decoded = end
        return DecodeWindow(
            self.start,
            end,
            prefix=_join(self.stabilizer.stable),
            context=self.context,
            timed=end - self.start > CUT_AFTER,
        )

    def receive(self, window: DecodeWindow, words: Sequence[Word]) -> Hypothesis:
        self.stabilizer.receive(words, window.end)
        if window.timed:
            self._cut(window, words)
        return Hypothesis(
            self.context + _join(self.stabilizer.stable), _join(self.stabilizer.unstable)
        )

    def _cut(self, window: DecodeWindow, words: Sequence[Word]) -> None:
        """Start the next window behind the last stable word that is far enough from the end."""
        limit = (window.end - window.start - CUT_MARGIN) / SAMPLE_RATE
        settled = words[: len(self.stabilizer.stable)]
        behind = sum(word.end <= limit for word in settled)
        if behind:
            self.context += _join(self.stabilizer.stable[:behind])
            self.start = window.start + int(words[behind - 1].end * SAMPLE_RATE)
            self.stabilizer.drop(behind)


class OverlapWindowing:
    """Decode windows of 2.0 s that overlap by 0.5 s, and join them in the middle of the overlap.

    A window takes in all audio since the last one that was answered, so nothing is left out.
    """

    def __init__(self, start: int) -> None:
        self.start = start  # of the next window
        self.decoded = start + OVERLAP  # position that the last window reached, answered or not
        self.seam = start  # words whose middle lies before it are settled
        self.stable = ""

    def next_window(self, end: int) -> DecodeWindow | None:
        if end - self.decoded < OVERLAP_WINDOW - OVERLAP:
            return None
        self.decoded = end
        return DecodeWindow(self.start, end, context=self.stable, timed=True)

    def receive(self, window: DecodeWindow, words: Sequence[Word]) -> Hypothesis:
        seam = window.end - OVERLAP // 2
        new = [word for word in words if _middle(window, word) >= self.seam]
        self.stable += _join([word for word in new if _middle(window, word) < seam])
        self.seam = seam
        self.start = window.end - OVERLAP
        return Hypothesis(self.stable, _join([w for w in new if _middle(window, w) >= seam]))


def _middle(window: DecodeWindow, word: Word) -> float:
    return window.start + (word.start + word.end) / 2 * SAMPLE_RATE


def _join(words: Sequence[Word]) -> str:
    return "".join(word.text for word in words)


def windowing(policy: WindowingPolicy, start: int, hop: int) -> Windowing:
    """Start a policy at position ``start``."""
    if policy is WindowingPolicy.OVERLAP:
        return OverlapWindowing(start)
    return UtteranceWindowing(start, hop)
