"""What the server may still need of a stream, in its order. No I/O.

    forgotten │ answered, to warm up on │ sent, not answered │ not sent yet
                                      start                              end

Positions are samples since the stream began, and stay true whatever connections do. A new
connection begins exactly where the last answer ended: it answers everything that was not, and
nothing that was. The audio before that is for its speech detector to warm up on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ._audio import BYTES_PER_SAMPLE
from .options import STTOptions


@dataclass(frozen=True, slots=True)
class Audio:
    position: int
    pcm: bytes  # 16-bit mono

    @property
    def end(self) -> int:
        return self.position + len(self.pcm) // BYTES_PER_SAMPLE

    def cut(self, position: int) -> tuple[Audio, Audio]:
        """What is before ``position``, and what is not."""
        at = max(position, self.position)
        split = BYTES_PER_SAMPLE * (at - self.position)
        return Audio(self.position, self.pcm[:split]), Audio(at, self.pcm[split:])


@dataclass(frozen=True, slots=True)
class Flush:
    """Kept until it is answered."""

    id: int


@dataclass(frozen=True, slots=True)
class Change:
    """From here on these options hold, all of them."""

    options: STTOptions


WARM_UP_S = 2.048
WINDOW_S = 0.032  # of the server's speech detector; it warms up on whole ones

Entry = Audio | Flush | Change


class Backlog:
    """``push``, ``flush`` and ``change`` at one end; ``next`` to send; ``covered`` and
    ``flushed`` as the server answers; ``rewind`` for a new connection."""

    def __init__(self, options: STTOptions) -> None:
        self.options = options  # in force at the start
        self.start = 0
        self.end = 0
        self.dropped = 0  # samples that were forgotten and that no server will ever answer
        self._rate = options.sample_rate
        self._warm_up = bytearray()  # the answered audio right before the start
        self._sent: deque[Entry] = deque()
        self._unsent: deque[Entry] = deque()
        self._at_risk: deque[tuple[int, int]] = deque()  # dropped, but sent: may be answered yet

    def push(self, pcm: bytes) -> None:
        audio = Audio(self.end, pcm)
        self._unsent.append(audio)
        self.end = audio.end

    def flush(self, flush_id: int) -> None:
        self._unsent.append(Flush(flush_id))

    def change(self, options: STTOptions) -> None:
        self._unsent.append(Change(options))

    def next(self) -> Entry | None:
        """The first that was not sent yet, which now it is; None where there is none."""
        if not self._unsent:
            return None
        entry = self._unsent.popleft()
        if isinstance(entry, Change) and self._sent and isinstance(self._sent[-1], Change):
            self._sent.pop()  # the newer says it all
        self._sent.append(entry)
        return entry

    def covered(self, position: int) -> None:
        """The server has said all it has to say about the sent audio before ``position``."""
        self._warm_up += b"".join(self._forget_sent(position))
        del self._warm_up[: -BYTES_PER_SAMPLE * round(WARM_UP_S * self._rate)]
        while self._at_risk and self._at_risk[0][1] <= position:
            self._at_risk.popleft()
        if self._at_risk:
            began, ended = self._at_risk[0]
            self._at_risk[0] = (max(began, position), ended)

    def flushed(self, flush_id: int) -> None:
        if Flush(flush_id) in self._sent:
            self._sent.remove(Flush(flush_id))

    def rewind(self) -> None:
        """The connection is lost: what was sent and not answered is to be sent again."""
        self._unsent.extendleft(reversed(self._sent))
        self._sent.clear()
        self.dropped += sum(ended - began for began, ended in self._at_risk)
        self._at_risk.clear()

    def warm_up(self) -> Audio:
        """Whole windows that end at the start; as much as there is, up to WARM_UP_S."""
        samples = len(self._warm_up) // BYTES_PER_SAMPLE
        samples -= samples % round(WINDOW_S * self._rate)
        pcm = bytes(self._warm_up[len(self._warm_up) - BYTES_PER_SAMPLE * samples :])
        return Audio(self.start - samples, pcm)

    def change_back(self, undo: Callable[[STTOptions], STTOptions]) -> None:
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
        self._risk(began, self.start)
        kept = []
        for entry in _pop_before(self._unsent, position):
            if isinstance(entry, Audio):
                self.dropped += entry.end - entry.position
                self.start = entry.end
            else:
                kept.append(entry)
        self._unsent.extendleft(reversed(kept))

    def _risk(self, began: int, ended: int) -> None:
        if self._at_risk and self._at_risk[-1][1] == began:
            began, _ = self._at_risk.pop()
        if ended > began:
            self._at_risk.append((began, ended))

    def _forget_sent(self, position: int) -> list[bytes]:
        """Returns the audio."""
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
    """Everything before the first audio that goes beyond ``position``."""
    while entries and not (isinstance(audio := entries[0], Audio) and audio.end > position):
        yield entries.popleft()
