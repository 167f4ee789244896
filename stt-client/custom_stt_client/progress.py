"""How far a stream's audio has come: received, sent, covered. Knows no time of day."""

from __future__ import annotations

import time
from collections.abc import Callable


class Progress:
    """All positions are seconds of audio since the stream began. They know no connection."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.pushed_s = 0.0
        self.ahead_s = 0.0  # what came faster than real time, less what time has caught up with
        self.sent_s = 0.0  # furthest position that was sent
        self.processed_s = 0.0  # furthest position that the server has covered
        self.unreported_s = 0.0  # sent, and not yet reported as usage
        self._monotonic = monotonic
        self._pushed_at = monotonic()

    def pushed(self, duration_s: float) -> None:
        """Count audio that came in just now."""
        before, self._pushed_at = self._pushed_at, self._monotonic()
        self.ahead_s = max(0.0, self.ahead_s - (self._pushed_at - before)) + duration_s
        self.pushed_s += duration_s

    def sent(self, start_s: float, end_s: float) -> None:
        """Count audio that is sent; what is sent again counts once."""
        self.unreported_s += max(0.0, end_s - max(start_s, self.sent_s))
        self.sent_s = max(self.sent_s, end_s)

    def processed(self, position_s: float) -> None:
        """Note that the server is done with the audio before."""
        self.processed_s = max(self.processed_s, position_s)

    def lag_s(self, processed_s: float | None = None) -> float:
        """Return the audio that came in and is not covered; by now, or by a transcript."""
        covered_s = self.processed_s if processed_s is None else processed_s
        return max(0.0, self.pushed_s - covered_s)

    def take_unreported_s(self) -> float:
        """Return the seconds sent since the last call. All calls sum to the audio sent."""
        unreported_s, self.unreported_s = self.unreported_s, 0.0
        return unreported_s
