"""One stream of audio to the server, over as many connections as it takes.

What a lost connection had not answered, the next one hears again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from .connection import Connection
from .errors import SttError, to_stt_error
from .events import Event, Reconnected, Reconnecting
from .exchange import exchange
from .log import logger
from .messages import Configured, Finalized, Message, Ready, ServerError, covered_s
from .options import StreamOptions
from .outbox import Outbox, Start
from .progress import Progress
from .retry import Retry
from .sender import Sender
from .timeline import Carried, Timeline
from .utterances import Utterances

Connect = Callable[[], Awaitable[Connection]]


class ResumingStream:
    """Audio in, events out. ``run`` sends and receives; all else never waits.

    ``emit`` gets the events that each message leads to, in order; often none.
    """

    def __init__(
        self,
        options: StreamOptions,
        connect: Connect,
        emit: Callable[[Sequence[Event]], None],
        *,
        timeout_s: float,
        resumes: bool = True,
        log: logging.Logger = logger,
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self.options = options
        self.progress = Progress(self.loop.time)
        self._connect = connect
        self._emit = emit
        self._timeout_s = timeout_s
        self._log = log
        self._outbox = Outbox(options, self.progress, log)
        self._utterances = Utterances(self.progress)
        self._retry = Retry(timeout_s, resumes=resumes)
        self._lost_at: float | None = None  # when there was a connection last

    @property
    def dropped_s(self) -> float:
        """Seconds of audio that were given up because no server took them for too long."""
        return self._outbox.dropped_s

    # In.

    def push(self, pcm: bytes) -> None:
        """Take 16-bit mono audio of any length. ``progress.pushed`` is the caller's to tell."""
        self._outbox.push(pcm)

    async def has_room(self) -> None:
        """Wait until a file, or what else comes faster than real time, may send more."""
        await self._outbox.has_room()

    def flush(self) -> int:
        """Ask for a final of what was pushed. Return the number that ``Flushed`` will have."""
        return self._outbox.flush()

    def change(self, options: StreamOptions) -> None:
        """Listen under these options from the next utterance on."""
        if options != self.options:
            self.options = options
            self._outbox.change(options)

    def end(self) -> None:
        """Take no more audio; ``run`` ends once all of it is answered."""
        self._outbox.end()

    # Connections.

    async def run(self) -> None:
        """Return when all is said. Raises SttError, and may be called again after that."""
        self._retry.begin()
        try:
            while not await self._run_connection():
                pass
        finally:
            self._emit(self._utterances.finish())

    async def _run_connection(self) -> bool:
        """Return True when the session ended normally, False to reconnect."""
        try:
            await asyncio.sleep(self._retry.pause_s(self.loop.time()))
            await self._exchange()
        except Exception as error:
            lost = to_stt_error(error, self._log)
            self._retry.failed(lost, self.loop.time())
            self._note_lost(lost)
            extra = {"error": lost.message, "lag_s": self.progress.lag_s()}
            self._log.warning("resuming", extra=extra)
            return False
        return True

    def _note_lost(self, error: SttError) -> None:
        """Tell the user, once for all tries until there is a connection again."""
        if self._lost_at is None:
            self._lost_at = self.loop.time()
            self._emit([Reconnecting(error.message)])

    def _note_resumed(self) -> list[Event]:
        if self._lost_at is None:
            return []
        gap_s, self._lost_at = self.loop.time() - self._lost_at, None
        return [Reconnected(gap_s, max(0.0, self.progress.sent_s - self._outbox.start_s))]

    async def _exchange(self) -> None:
        connection = await self._connect()
        start = self._outbox.start()
        timeline = self._timeline(start)
        sender = Sender(connection, start, timeline, self._utterances, self.progress)
        sending = sender.send(self._outbox)
        receiving = self._receive(connection, timeline, sender)
        watching = self._outbox.watch(lambda: connection.messages_received)
        try:
            await exchange(connection, sending, receiving, self._timeout_s, watching)
        finally:
            self._outbox.rewind()
            self._emit(self._utterances.interrupted())
            await connection.close()

    def _timeline(self, start: Start) -> Timeline:
        utterances, rate = self._utterances, start.options.sample_rate
        carried = None
        if cut := utterances.open:
            carried = Carried(cut.number, cut.start_s, cut.end_s, self.progress.sent_s)
        return Timeline(rate, start.warm_up.position, utterances.newest + 1, carried)

    # Out.

    async def _receive(self, connection: Connection, timeline: Timeline, sender: Sender) -> None:
        async for message in connection.messages(self._timeout_s):
            self._follow(message, sender)
            events: list[Event] = []
            for translated in timeline.translate(message):
                events += self._utterances.receive(translated)
                self._forget(translated)
            if isinstance(message, Ready):
                events += self._note_resumed()
            self._emit(events)

    def _follow(self, message: Message, sender: Sender) -> None:
        """Take in what is said of the session."""
        if isinstance(message, Ready):
            self._retry.greeted(self.loop.time())
        elif isinstance(message, Configured):
            sender.settings_taken()
        elif isinstance(message, ServerError) and message.code == "invalid_setting":
            undo = sender.settings_refused()
            self.options = undo(self.options)
            self._outbox.change_back(undo)

    def _forget(self, message: Message) -> None:
        """Forget what the server is done with."""
        if isinstance(message, Finalized):
            self._outbox.flushed(message.id)
        elif (position_s := covered_s(message)) is not None and self._outbox.covered(position_s):
            self._retry.progressed()
