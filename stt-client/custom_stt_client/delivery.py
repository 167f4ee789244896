"""Hands a session's events to who wants them: an iteration, callbacks, or both."""

from __future__ import annotations

from .accumulator import Accumulator
from .callbacks import Callback, Callbacks
from .event_buffer import EventBuffer, Overflow
from .events import Event


class Delivery:
    """``put`` and ``end`` for the session, the others for its user.

    Events wait for an iteration from the beginning on, unless there are callbacks and no iteration
    yet: nothing shall pile up for nobody.
    """

    def __init__(self, max_events: int, overflow: Overflow) -> None:
        self.is_iterated = False
        self._events = EventBuffer(max_events, overflow)
        self._read = Accumulator()
        self._callbacks = Callbacks(max_events)

    @property
    def accumulated_transcript(self) -> str:
        return (self._read if self.is_iterated else self._callbacks.called).text

    def on(self, name: str, callback: Callback) -> None:
        self._callbacks.on(name, callback)

    async def next(self) -> Event | None:
        """Return the next event; None, or the failure once, at the end."""
        event = await self._events.next()
        if event is not None:
            self._read.add(event)
        return event

    def take_failure(self) -> Exception | None:
        """Return the failure that no iteration has met, once."""
        return self._events.take_error()

    def start(self) -> None:
        self._callbacks.start()

    def put(self, event: Event) -> None:
        """Hand on an event. Raises SlowConsumer where an iteration is too slow."""
        self._callbacks.put(event)
        if self.is_iterated or not self._callbacks.are_there:
            self._events.put(event)

    def nobody_reads(self) -> None:
        """Let interims go, while the block is left and events come for later reading."""
        self._events.overflow = "drop_interims"

    def end(self, failure: Exception | None) -> None:
        """Stop behind the events that are there, and behind the failure if there is one."""
        self._events.close(failure)
        self._callbacks.end(failure)

    async def all_called(self, timeout_s: float) -> None:
        """Wait until callbacks were called with all events, but not for ever."""
        await self._callbacks.all_called(timeout_s)

    async def close(self) -> None:
        """Stop callbacks at once. What waits for an iteration can still be read."""
        self._events.close()
        await self._callbacks.close()
