"""LocalAgreement-2: a word is stable when two successive hypotheses agree on it."""

from collections.abc import Sequence

from .audio import SAMPLE_RATE
from .word import Word

NEW_AUDIO = int(0.3 * SAMPLE_RATE)  # samples; closer hypotheses agree even when both are wrong


class Stabilizer:
    """Split each hypothesis into words that stay and words that may change.

    Every hypothesis given must begin with ``stable``: it is forced on the model as a prefix.
    """

    def __init__(self) -> None:
        self.stable: list[Word] = []
        self.unstable: list[Word] = []
        self.end = -NEW_AUDIO  # position that the last compared hypothesis reached

    def receive(self, hypothesis: Sequence[Word], end: int) -> None:
        """Take the words of a decode of the audio up to position ``end``."""
        rest = list(hypothesis[len(self.stable) :])
        if end - self.end >= NEW_AUDIO:
            agreed = _agreement(self.unstable, rest)
            self.stable += rest[:agreed]
            rest = rest[agreed:]
            self.end = end
        self.unstable = rest

    def drop(self, count: int) -> None:
        """Forget the first ``count`` stable words: later hypotheses begin after them."""
        del self.stable[:count]


def _agreement(before: Sequence[Word], after: Sequence[Word]) -> int:
    """Count the leading words that both hypotheses share, whatever their case and punctuation."""
    for count, (a, b) in enumerate(zip(before, after, strict=False)):
        if a.letters != b.letters:
            return count
    return min(len(before), len(after))
