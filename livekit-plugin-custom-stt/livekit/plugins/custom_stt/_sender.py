"""A stream's intake over one connection: settings, audio, flushes, the end. Hears nothing."""

from __future__ import annotations

from ._backlog import Audio, Entry, Flush
from ._clock import AudioClock
from ._connection import Connection
from ._intake import Intake, Start
from ._leg import Leg
from ._turns import Turns
from ._wire import configure, finalize, reconfigure


class Sender:
    """Tells the clock, the leg and the turns what it sends, before it is on its way."""

    def __init__(
        self, connection: Connection, start: Start, leg: Leg, turns: Turns, clock: AudioClock
    ) -> None:
        self._connection = connection
        self._warm_up = start.warm_up
        self._options = start.options
        self._rate = start.options.sample_rate
        self._leg = leg
        self._turns = turns
        self._clock = clock

    async def send(self, intake: Intake) -> None:
        """Until the input has ended."""
        warm_up_s = (self._warm_up.end - self._warm_up.position) / self._rate
        await self._connection.send(configure(self._options, warm_up_s, resume=True))
        if self._warm_up.pcm:
            await self._send_entry(self._warm_up)
        while entry := await intake.next():
            await self._send_entry(entry)
        await self._connection.end()

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
            await self._connection.send(reconfigure(before, entry.options))
