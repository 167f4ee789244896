"""A stream's intake over one connection: settings, audio, flushes, the end.

Of what comes back it is told only whether the server took its settings.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial

from ._backlog import Audio, Entry, Flush
from ._clock import AudioClock
from ._connection import Connection
from ._intake import Intake, Start
from ._leg import Leg
from ._turns import Turns
from ._wire import configure, finalize, reconfigure
from .options import STTOptions, take_back


class Sender:
    """Tells the clock, the leg and the turns what it sends, before it is on its way."""

    def __init__(
        self, connection: Connection, start: Start, leg: Leg, turns: Turns, clock: AudioClock
    ) -> None:
        self._connection = connection
        self._warm_up = start.warm_up
        self._options = start.options  # sent last
        self._in_force = start.options
        self._unanswered: deque[STTOptions] = deque()  # the server answers in order
        self._rate = start.options.sample_rate
        self._leg = leg
        self._turns = turns
        self._clock = clock

    async def send(self, intake: Intake) -> None:
        """Until the input has ended."""
        warm_up_s = (self._warm_up.end - self._warm_up.position) / self._rate
        self._unanswered.append(self._options)
        await self._connection.send(configure(self._options, warm_up_s, resume=True))
        if self._warm_up.pcm:
            await self._send_entry(self._warm_up)
        while entry := await intake.next():
            await self._send_entry(entry)
        await self._connection.end()

    def settings_taken(self) -> None:
        if self._unanswered:
            self._in_force = self._unanswered.popleft()

    def settings_refused(self) -> Callable[[STTOptions], STTOptions]:
        """The server goes on under those in force. Returns what makes any options follow it."""
        refused = self._unanswered.popleft() if self._unanswered else self._options
        undo = partial(take_back, refused=refused, in_force=self._in_force)
        self._options = undo(self._options)
        self._unanswered = deque(map(undo, self._unanswered))
        return undo

    async def _send_entry(self, entry: Entry) -> None:
        if isinstance(entry, Audio):
            self._leg.sent(entry)
            self._clock.sent(entry.position / self._rate, entry.end / self._rate)
            await self._connection.send_audio(entry.pcm)
        elif isinstance(entry, Flush):
            self._leg.flush_sent(entry.id)
            self._turns.flush_sent(entry.id)
            await self._connection.send(finalize(entry.id))
        else:
            before, self._options = self._options, entry.options
            self._unanswered.append(entry.options)
            await self._connection.send(reconfigure(before, entry.options))
