"""What a stream is given, in order, on its way to a server. Waits, but sends nothing."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass

from livekit import rtc
from livekit.agents import APITimeoutError

from ._audio import Chunks
from ._backlog import Audio, Backlog, Entry
from ._clock import AudioClock
from .log import logger
from .options import STTOptions

BACKLOG_S = 30.0  # audio kept for a server that does not answer; the oldest goes first


@dataclass(frozen=True, slots=True)
class Start:
    """What a connection begins with: audio that is answered, and how to listen."""

    warm_up: Audio
    options: STTOptions


class Intake:
    """``push``, ``flush``, ``change`` and ``end`` never wait; ``next`` does.

    What was given and not answered stays in memory for a next connection, up to BACKLOG_S, and
    as much more as came faster than real time: a whole file at once is no reason to drop audio.
    """

    def __init__(self, options: STTOptions, clock: AudioClock) -> None:
        self._rate = options.sample_rate
        self._clock = clock
        self._chunks = Chunks(options.sample_rate)
        self._backlog = Backlog(options)
        self._flush_ids = itertools.count(1)
        self._ended = False
        self._news = asyncio.Event()
        self._dropped = 0  # samples, as known here
        self._drop_logged = False

    @property
    def dropped_s(self) -> float:
        return self._backlog.dropped / self._rate

    @property
    def _kept_s(self) -> float:
        return BACKLOG_S + self._clock.ahead_s

    # As it is given.

    def push(self, frame: rtc.AudioFrame) -> None:
        for pcm in self._chunks.push(frame):
            self._backlog.push(pcm)
        self._backlog.keep(round(self._kept_s * self._rate))
        self._log_drops()
        self._news.set()

    def flush(self) -> None:
        self._push_rest()
        self._backlog.flush(next(self._flush_ids))
        self._news.set()

    def change(self, options: STTOptions) -> None:
        self._backlog.change(options)
        self._news.set()

    def end(self) -> None:
        """A flush as well: a server's end of stream implies one."""
        self._push_rest()
        self._ended = True
        self._news.set()

    # As a server takes it.

    def start(self) -> Start:
        """Of a new connection."""
        return Start(self._backlog.warm_up(), self._backlog.options)

    def rewind(self) -> None:
        """The connection is lost."""
        self._backlog.rewind()
        self._log_drops()

    async def next(self) -> Entry | None:
        """None at the end."""
        while (entry := self._backlog.next()) is None and not self._ended:
            self._news.clear()
            await self._news.wait()
        return entry

    def covered(self, position_s: float) -> bool:
        """The server has said all it has to say about the audio before. Whether that is new."""
        before = self._backlog.start
        self._backlog.covered(round(position_s * self._rate))
        self._clock.processed(position_s)
        self._drop_logged = False
        return self._backlog.start > before

    async def watch(self, messages_received: Callable[[], int]) -> None:
        """Raise when a server that takes audio says nothing any more, not even of its progress."""
        heard = -1
        while self._clock.lag_s() <= self._kept_s or messages_received() > heard:
            heard = messages_received()
            await asyncio.sleep(BACKLOG_S)
        raise APITimeoutError("the speech-to-text server hears, and does not answer")

    def flushed(self, flush_id: int) -> None:
        self._backlog.flushed(flush_id)

    def change_back(self, undo: Callable[[STTOptions], STTOptions]) -> None:
        self._backlog.change_back(undo)

    def _push_rest(self) -> None:
        for pcm in self._chunks.flush():
            self._backlog.push(pcm)

    def _log_drops(self) -> None:
        """Once, until a server answers again."""
        if self._backlog.dropped == self._dropped:
            return
        self._dropped = self._backlog.dropped
        if not self._drop_logged:
            self._drop_logged = True
            logger.warning("audio dropped: no server takes it", extra={"kept_s": BACKLOG_S})
