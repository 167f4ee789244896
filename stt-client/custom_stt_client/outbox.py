"""What a stream is given, in order, on its way to a server. Waits, but sends nothing."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable
from dataclasses import dataclass

from .audio import Chunks
from .backlog import Audio, Backlog, Entry
from .errors import ServerTimeout
from .log import logger
from .options import StreamOptions
from .progress import Progress

UNSENT_S = 10.0  # audio that waits for the socket before who sends a file has to wait
BACKLOG_S = 30.0  # audio kept for a server that does not answer; the oldest goes first


@dataclass(frozen=True, slots=True)
class Start:
    """What a connection begins with: audio that was answered before, and how to listen."""

    warm_up: Audio
    options: StreamOptions


class Outbox:
    """``push``, ``flush``, ``change`` and ``end`` never wait; ``next`` does.

    What was given and not answered stays in memory for a next connection, up to BACKLOG_S, and
    as much more as came faster than real time: a whole file at once is no reason to drop audio.
    """

    def __init__(
        self, options: StreamOptions, progress: Progress, log: logging.Logger = logger
    ) -> None:
        self._rate = options.sample_rate
        self._progress = progress
        self._log = log
        self._chunks = Chunks(options.sample_rate)
        self._backlog = Backlog(options)
        self._flush_ids = itertools.count(1)
        self._ended = False
        self._news = asyncio.Event()
        self._taken = asyncio.Event()
        self._dropped = 0  # samples, as known here
        self._drop_logged = False

    @property
    def dropped_s(self) -> float:
        return self._backlog.dropped / self._rate

    @property
    def start_s(self) -> float:
        """Where the audio begins that is not answered."""
        return self._backlog.start / self._rate

    @property
    def _unsent_s(self) -> float:
        return self._progress.pushed_s - self._progress.sent_s

    @property
    def _kept_s(self) -> float:
        return BACKLOG_S + self._progress.ahead_s

    # As it is given.

    def push(self, pcm: bytes) -> None:
        """Take 16-bit mono audio of any length, and drop the oldest where it is too much."""
        for chunk in self._chunks.push(pcm):
            self._backlog.push(chunk)
        self._backlog.keep(round(self._kept_s * self._rate))
        self._log_drops()
        self._news.set()

    def flush(self) -> int:
        """Ask for a final of what was pushed. Return the flush's number."""
        self._push_rest()
        flush_id = next(self._flush_ids)
        self._backlog.flush(flush_id)
        self._news.set()
        return flush_id

    def change(self, options: StreamOptions) -> None:
        """Listen under these options from here on."""
        self._backlog.change(options)
        self._news.set()

    def end(self) -> None:
        """Take no more. It is a flush as well: a server's end of stream implies one."""
        self._push_rest()
        self._ended = True
        self._news.set()
        self._taken.set()

    async def has_room(self) -> None:
        """Wait while too much waits to be sent that came faster than real time.

        Live audio never waits: it could not be held back, and the oldest is dropped instead.
        """
        while not self._ended and min(self._unsent_s, self._progress.ahead_s) > UNSENT_S:
            self._taken.clear()
            await self._taken.wait()

    # As a server takes it.

    def start(self) -> Start:
        """Return what a new connection begins with."""
        return Start(self._backlog.warm_up(), self._backlog.options)

    def rewind(self) -> None:
        """Make what was sent and not answered unsent again: the connection is lost."""
        self._backlog.rewind()
        self._log_drops()

    async def next(self) -> Entry | None:
        """Wait for what is to be sent next; None at the end."""
        while (entry := self._backlog.next()) is None and not self._ended:
            self._news.clear()
            await self._news.wait()
        self._taken.set()
        return entry

    def covered(self, position_s: float) -> bool:
        """Forget the audio before, of which all is said. Return False if that was known."""
        before = self._backlog.start
        self._backlog.covered(round(position_s * self._rate))
        self._progress.processed(position_s)
        self._drop_logged = False
        return self._backlog.start > before

    def flushed(self, flush_id: int) -> None:
        """Forget a flush that was answered."""
        self._backlog.flushed(flush_id)

    def change_back(self, undo: Callable[[StreamOptions], StreamOptions]) -> None:
        """Take a change that the server has refused out of what is kept."""
        self._backlog.change_back(undo)

    async def watch(self, messages_received: Callable[[], int]) -> None:
        """Raise ServerTimeout after BACKLOG_S without a message while too much is unanswered."""
        received = -1
        while self._progress.lag_s() <= self._kept_s or messages_received() > received:
            received = messages_received()
            await asyncio.sleep(BACKLOG_S)
        raise ServerTimeout("the speech-to-text server hears, and does not answer")

    def _push_rest(self) -> None:
        for chunk in self._chunks.flush():
            self._backlog.push(chunk)

    def _log_drops(self) -> None:
        """Log a drop once, until a server answers again."""
        if self._backlog.dropped == self._dropped:
            return
        self._dropped = self._backlog.dropped
        if not self._drop_logged:
            self._drop_logged = True
            self._log.warning("audio dropped: no server takes it", extra={"kept_s": BACKLOG_S})
