"""What the server may still need of a stream, in its order. No I/O.

    forgotten │ answered, to warm up on │ sent, not answered │ not sent yet
                                      start                              end

Positions are samples since the stream began, and stay true whatever connections do. A new
connection begins exactly where the last answer ended: it answers everything that was not, and
nothing that was. The audio before that is for its speech detector to warm up on.

Where no server answers for long, the oldest audio is dropped, also such as was sent:

    forgotten │ dropped in flight │ sent, not answered │ not sent yet
                                start                              end

1. The server answers it after all (``covered``): nothing is lost.
2. The connection is lost first (``rewind``): so is this audio, and ``dropped`` counts it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .audio import BYTES_PER_SAMPLE
from .options import StreamOptions


@dataclass(frozen=True, slots=True)
class Audio:
    """A piece of the stream that begins at ``position``."""

    position: int
    pcm: bytes  # 16-bit mono

    @property
    def end(self) -> int:
        return self.position + len(self.pcm) // BYTES_PER_SAMPLE

    def cut(self, position: int) -> tuple[Audio, Audio]:
        """Return what is before ``position``, and what is not."""
        at = max(position, self.position)
        split = BYTES_PER_SAMPLE * (at - self.position)
        return Audio(self.position, self.pcm[:split]), Audio(at, self.pcm[split:])


@dataclass(frozen=True, slots=True)
class Flush:
    """A wish for a final of all that is before. It is kept until it is answered."""

    id: int


@dataclass(frozen=True, slots=True)
class Change:
    """From here on these options hold, all of them."""

    options: StreamOptions


WARM_UP_S = 2.048
WINDOW_S = 0.032  # of the server's speech detector; it warms up on whole ones

Entry = Audio | Flush | Change


class Backlog:
    """``push``, ``flush`` and ``change`` at one end, ``next`` to send at the other.

    ``covered`` and ``flushed`` as the server answers; ``rewind`` for a new connection.
    """

    def __init__(self, options: StreamOptions) -> None:
        self.options = options  # in force at the start
        self.start = 0
        self.end = 0
        self.dropped = 0  # samples that were forgotten and that no server will ever answer
        self._rate = options.sample_rate
        self._warm_up = bytearray()  # the answered audio right before the start
        self._sent: deque[Entry] = deque()
        self._unsent: deque[Entry] = deque()
        self._dropped_in_flight: deque[tuple[int, int]] = deque()  # (begin, end), not adjoining

    def push(self, pcm: bytes) -> None:
        audio = Audio(self.end, pcm)
        self._unsent.append(audio)
        self.end = audio.end

    def flush(self, flush_id: int) -> None:
        self._unsent.append(Flush(flush_id))

    def change(self, options: StreamOptions) -> None:
        self._unsent.append(Change(options))

    def next(self) -> Entry | None:
        """Return the first entry that was not sent yet, which now it is; None where all were."""
        if not self._unsent:
            return None
        entry = self._unsent.popleft()
        if isinstance(entry, Change) and self._sent and isinstance(self._sent[-1], Change):
            self._sent.pop()  # the newer says it all
        self._sent.append(entry)
        return entry

    def covered(self, position: int) -> None:
        """Forget the sent audio before ``position``: the server has said all about it."""
        self._warm_up += b"".join(self._forget_sent(position))
        del self._warm_up[: -BYTES_PER_SAMPLE * round(WARM_UP_S * self._rate)]
        while self._dropped_in_flight and self._dropped_in_flight[0][1] <= position:
            self._dropped_in_flight.popleft()
        if self._dropped_in_flight:
            began, ended = self._dropped_in_flight[0]
            self._dropped_in_flight[0] = (max(began, position), ended)

    def flushed(self, flush_id: int) -> None:
        if Flush(flush_id) in self._sent:
            self._sent.remove(Flush(flush_id))

    def rewind(self) -> None:
        """Make what was sent and not answered unsent again: the connection is lost."""
        self._unsent.extendleft(reversed(self._sent))
        self._sent.clear()
        self.dropped += sum(ended - began for began, ended in self._dropped_in_flight)
        self._dropped_in_flight.clear()

    def warm_up(self) -> Audio:
        """Return whole windows that end at the start; as much as there is, up to WARM_UP_S."""
        samples = len(self._warm_up) // BYTES_PER_SAMPLE
        samples -= samples % round(WINDOW_S * self._rate)
        pcm = bytes(self._warm_up[len(self._warm_up) - BYTES_PER_SAMPLE * samples :])
        return Audio(self.start - samples, pcm)

    def change_back(self, undo: Callable[[StreamOptions], StreamOptions]) -> None:
        """Take a change that the server has refused out of all that a connection may begin with."""
        self.options = undo(self.options)
        for entries in (self._sent, self._unsent):
            for place, entry in enumerate(entries):
                if isinstance(entry, Change):
                    entries[place] = Change(undo(entry.options))

    def keep(self, samples: int) -> None:
        """Drop the oldest audio beyond that, whether it was sent or not, a second at once."""
        if self.end - self.start >= samples + self._rate:
            self._drop_before(self.end - samples)

    def _drop_before(self, position: int) -> None:
        self._warm_up.clear()
        began = self.start
        self._forget_sent(position)
        self._note_dropped_in_flight(began, self.start)
        kept = []
        for entry in _pop_before(self._unsent, position):
            if isinstance(entry, Audio):
                self.dropped += entry.end - entry.position
                self.start = entry.end
            else:
                kept.append(entry)
        self._unsent.extendleft(reversed(kept))

    def _note_dropped_in_flight(self, began: int, ended: int) -> None:
        if self._dropped_in_flight and self._dropped_in_flight[-1][1] == began:
            began, _ = self._dropped_in_flight.pop()
        if ended > began:
            self._dropped_in_flight.append((began, ended))

    def _forget_sent(self, position: int) -> list[bytes]:
        """Forget entries before ``position``, but for flushes. Return their audio."""
        flushes, forgotten = [], []
        for entry in _pop_before(self._sent, position):
            if isinstance(entry, Audio):
                forgotten.append(entry.pcm)
                self.start = entry.end
            elif isinstance(entry, Change):
                self.options = entry.options
            else:
                flushes.append(entry)
        if self._sent and isinstance(entry := self._sent[0], Audio):
            before, after = entry.cut(position)
            self._sent[0] = after
            forgotten.append(before.pcm)
            self.start = after.position
        self._sent.extendleft(reversed(flushes))
        return forgotten


def _pop_before(entries: deque[Entry], position: int) -> Iterator[Entry]:
    """Pop everything before the first audio that goes beyond ``position``."""
    while entries and not (isinstance(audio := entries[0], Audio) and audio.end > position):
        yield entries.popleft()
