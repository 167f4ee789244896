"""What time of day it was when a sample was spoken. Knows no connection."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

GAP_S = 0.5  # a longer hole in the input (a muted track) re-anchors the clock
MAX_ANCHORS = 64  # only the newest holes matter: the server is seconds behind, not hours


@dataclass(frozen=True, slots=True)
class Anchor:
    """From ``position_s`` on, audio is dated as if the stream had begun at ``began_at``."""

    position_s: float
    began_at: float  # time of day


class WallClock:
    """Dates positions, which are seconds of audio since the stream began.

    A frame comes when its last sample is spoken, or later: the network may hold it up. So the
    earliest beginning that any frame tells is the right one, until a hole in the input moves it.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._anchors: deque[Anchor] = deque(maxlen=MAX_ANCHORS)

    def pushed(self, position_s: float, duration_s: float) -> None:
        """Note a frame that came in just now and begins at ``position_s``."""
        began_at = self._now() - (position_s + duration_s)
        if not self._anchors or began_at - self._anchors[-1].began_at > GAP_S:
            self._anchors.append(Anchor(position_s, began_at))
        elif began_at < self._anchors[-1].began_at:  # earlier frames were late, this one less so
            self._anchors[-1] = Anchor(self._anchors[-1].position_s, began_at)

    def at(self, position_s: float) -> float:
        """Return the time of day at which this was spoken.

        It is never in the future, whatever the server says or however fast audio was pushed.
        """
        now = self._now()
        for anchor in reversed(self._anchors):
            if anchor.position_s <= position_s:
                return min(anchor.began_at + position_s, now)
        return now
