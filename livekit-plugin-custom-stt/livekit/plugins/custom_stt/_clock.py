"""Where a stream stands in its audio, and what time that is. Sends nothing."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

GAP_S = 0.5  # a longer hole in the input (a muted track) re-anchors the wall clock
MAX_ANCHORS = 64  # only the newest holes matter: the server is seconds behind, not hours


class AudioClock:
    """Counts a stream's audio in, out and done, and dates it.

    All positions are seconds of audio since the stream began. They know no connection.
    """

    def __init__(
        self,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.start_time_offset = 0.0  # seconds added to stream times, set once by the framework
        self.pushed_s = 0.0
        self.ahead_s = 0.0  # what came faster than real time, less what time has caught up with
        self.sent_s = 0.0  # furthest position that was sent
        self.processed_s = 0.0  # furthest position that the server has covered
        self.unreported_s = 0.0  # sent, and not yet reported as usage
        self._now = now
        self._monotonic = monotonic
        self._pushed_at = monotonic()
        self._anchors: deque[tuple[float, float]] = deque(maxlen=MAX_ANCHORS)
        # (position, wall time the stream would have begun at had it had no hole before)

    def pushed(self, duration_s: float) -> None:
        """A frame came in; its last sample is as old as this call."""
        now = self._now()
        began_at = now - (self.pushed_s + duration_s)
        if not self._anchors or began_at - self._anchors[-1][1] > GAP_S:
            self._anchors.append((self.pushed_s, began_at))
        elif began_at < self._anchors[-1][1]:  # earlier frames were late, this one was less so
            self._anchors[-1] = (self._anchors[-1][0], began_at)
        before, self._pushed_at = self._pushed_at, self._monotonic()
        self.ahead_s = max(0.0, self.ahead_s - (self._pushed_at - before)) + duration_s
        self.pushed_s += duration_s

    def sent(self, start_s: float, end_s: float) -> None:
        """Audio sent again counts once."""
        self.unreported_s += max(0.0, end_s - max(start_s, self.sent_s))
        self.sent_s = max(self.sent_s, end_s)

    def processed(self, position_s: float) -> None:
        self.processed_s = max(self.processed_s, position_s)

    def lag_s(self, processed_s: float | None = None) -> float:
        """Audio that came in and that the server has not covered; by now, or by a transcript."""
        covered_s = self.processed_s if processed_s is None else processed_s
        return max(0.0, self.pushed_s - covered_s)

    def stream_time(self, position_s: float) -> float:
        return self.start_time_offset + position_s

    def wall_time(self, position_s: float) -> float:
        """Never in the future, whatever the server says or however fast audio was pushed."""
        now = self._now()
        for anchored_at_s, began_at in reversed(self._anchors):
            if anchored_at_s <= position_s:
                return min(began_at + position_s, now)
        return now

    def take_unreported_s(self) -> float:
        """Seconds sent since the last call. All calls sum to the audio sent."""
        unreported_s, self.unreported_s = self.unreported_s, 0.0
        return unreported_s
