"""What the server may still need of a stream, in its order. No I/O.

    forgotten │ answered, to warm up on │ sent, not answered │ not sent yet
            start                    answered                             end

Positions are samples since the stream began, and stay true whatever connections do. What a new
connection is to answer begins exactly where the last answer ended: it answers everything that
was not, and nothing that was. The second or two before are for its speech detection to warm up.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
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

    def since(self, position: int) -> Audio:
        if position <= self.position:
            return self
        return Audio(position, self.pcm[BYTES_PER_SAMPLE * (position - self.position) :])


@dataclass(frozen=True, slots=True)
class Flush:
    """Kept until it is answered."""

    id: int


@dataclass(frozen=True, slots=True)
class Change:
    """From here on these options hold, all of them."""

    options: STTOptions


WARM_UP_S = 2.048  # whole windows of the server's speech detector

Entry = Audio | Flush | Change


class Backlog:
    """``push``, ``flush`` and ``change`` at one end; ``next`` to send; ``covered`` and
    ``flushed`` as the server answers; ``rewind`` for a new connection."""

    def __init__(self, options: STTOptions) -> None:
        self.options = options  # in force at the start
        self.start = 0
        self.answered = 0
        self.end = 0
        self.dropped = 0  # samples that were forgotten and that no server will ever answer
        self._reached = 0  # the furthest that was sent
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
        self._sent.append(entry)
        if isinstance(entry, Audio):
            self._reached = max(self._reached, entry.end)
        return entry

    def covered(self, position: int) -> None:
        """The server has said all it has to say about the sent audio before ``position``."""
        self.answered = max(self.answered, min(position, self._reached))
        self._forget_sent(self.answered - round(WARM_UP_S * self.options.sample_rate))
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

    def keep(self, samples: int) -> None:
        """Drop the oldest audio beyond that, whether it was sent or not, a second at once."""
        if self.end - max(self.start, self.answered) >= samples + self.options.sample_rate:
            self._drop_before(self.end - samples)

    def _drop_before(self, position: int) -> None:
        began = max(self.start, self.answered)
        self._forget_sent(position)
        self._risk(began, self.start)
        kept = []
        for entry in _pop_before(self._unsent, position):
            if isinstance(entry, Audio):
                self.dropped += max(0, entry.end - max(entry.position, self.answered))
                self.start = entry.end
            else:
                kept.append(entry)
        self._unsent.extendleft(reversed(kept))

    def _risk(self, began: int, ended: int) -> None:
        if self._at_risk and self._at_risk[-1][1] == began:
            began, _ = self._at_risk.pop()
        if ended > began:
            self._at_risk.append((began, ended))

    def _forget_sent(self, position: int) -> None:
        flushes = []
        for entry in _pop_before(self._sent, position):
            if isinstance(entry, Audio):
                self.start = entry.end
            elif isinstance(entry, Change):
                self.options = entry.options
            else:
                flushes.append(entry)
        if self._sent and isinstance(entry := self._sent[0], Audio):
            self._sent[0] = entry.since(position)
            self.start = max(self.start, position)
        self._sent.extendleft(reversed(flushes))


def _pop_before(entries: deque[Entry], position: int) -> Iterator[Entry]:
    """Everything before the first audio that goes beyond ``position``."""
    while entries and not (isinstance(audio := entries[0], Audio) and audio.end > position):
        yield entries.popleft()
