"""Where a stream stands in its audio, and what time that is. Sends nothing."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

GAP_S = 0.5  # a longer hole in the input (a muted track) re-anchors the wall clock
MAX_ANCHORS = 64  # only the newest holes matter: the server is seconds behind, not hours


class AudioClock:
    """Counts audio in and out of a stream, and dates it.

    ``pushed`` for every input frame, ``connected`` at each connection, ``sent`` for every
    frame that left. A *server time* is in seconds since the connection's first sample.
    """

    def __init__(self, sample_rate: int, now: Callable[[], float] = time.time) -> None:
        self.start_time_offset = 0.0  # seconds added to stream times, set once by the framework
        self._sample_rate = sample_rate
        self._now = now
        self._pushed_s = 0.0
        self._sent_samples = 0
        self._connected_at_samples = 0  # samples sent on earlier connections
        self._reported_samples = 0  # samples already reported as usage
        self._anchors: deque[tuple[float, float]] = deque(maxlen=MAX_ANCHORS)
        # (position_s, wall time the stream would have begun at had it had no hole before)

    def pushed(self, duration_s: float) -> None:
        """A frame came in; its last sample is as old as this call."""
        began_at = self._now() - (self._pushed_s + duration_s)
        if not self._anchors or began_at - self._anchors[-1][1] > GAP_S:
            self._anchors.append((self._pushed_s, began_at))
        elif began_at < self._anchors[-1][1]:  # earlier frames were late, this one was less so
            self._anchors[-1] = (self._anchors[-1][0], began_at)
        self._pushed_s += duration_s

    def connected(self) -> None:
        self._connected_at_samples = self._sent_samples

    def sent(self, samples: int) -> None:
        self._sent_samples += samples

    def sent_s(self) -> float:
        """Audio sent on this connection: the server time of its end."""
        return (self._sent_samples - self._connected_at_samples) / self._sample_rate

    def stream_time(self, server_s: float) -> float:
        return self.start_time_offset + self._position_s(server_s)

    def wall_time(self, server_s: float) -> float:
        """Never in the future, whatever the server says or however fast audio was pushed."""
        now, position_s = self._now(), self._position_s(server_s)
        for anchored_at_s, began_at in reversed(self._anchors):
            if anchored_at_s <= position_s:
                return min(began_at + position_s, now)
        return now

    def unreported_s(self) -> float:
        return (self._sent_samples - self._reported_samples) / self._sample_rate

    def take_unreported_s(self) -> float:
        """Seconds sent since the last call. All calls sum to the audio sent."""
        unreported_s = self.unreported_s()
        self._reported_samples = self._sent_samples
        return unreported_s

    def _position_s(self, server_s: float) -> float:
        return self._connected_at_samples / self._sample_rate + server_s
