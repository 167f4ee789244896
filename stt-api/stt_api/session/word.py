"""A word, as models and clients see it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """A word as the model writes it, its leading space included.

    ``start``, ``end`` (s) and ``confidence`` (0 to 1) are zero unless they were asked for.
    """

    text: str
    start: float = 0.0
    end: float = 0.0
    confidence: float = 0.0

    @property
    def letters(self) -> str:
        """What two writings of one word share: no case, no punctuation."""
        return "".join(char for char in self.text.casefold() if char.isalnum())
