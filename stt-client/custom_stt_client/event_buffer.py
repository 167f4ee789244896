"""Events that wait for one consumer, up to a bound. Knows no connection."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Literal, get_args

from .errors import SlowConsumer
from .events import Event
from .messages import Transcript

Overflow = Literal["error", "drop_interims"]


class EventBuffer:
    """``put`` never waits, ``next`` does; ``close`` ends it, behind the events that are there.

    Where ``put`` finds the buffer full, ``overflow`` decides:

    error          SlowConsumer is raised.
    drop_interims  The oldest interim is dropped, the newer ones say more. Where only other events
                   are left, a new interim is dropped, and SlowConsumer is raised for any other.
    """

    def __init__(self, max_events: int, overflow: Overflow) -> None:
        if overflow not in get_args(Overflow):
            raise ValueError(f"overflow must be {' or '.join(map(repr, get_args(Overflow)))}")
        if max_events < 1:
            raise ValueError("max_events must be at least 1")
        self.overflow = overflow
        self._max_events = max_events
        self._events: deque[Event] = deque()
        self._changed = asyncio.Event()
        self._is_closed = False
        self._error: Exception | None = None

    @property
    def is_empty(self) -> bool:
        return not self._events

    def put(self, event: Event) -> None:
        """Take an event. Raises SlowConsumer where it must not be lost and there is no room."""
        if len(self._events) < self._max_events or self._make_room():
            self._events.append(event)
            self._changed.set()
        elif self.overflow == "error" or not _is_interim(event):
            raise SlowConsumer(self._max_events)

    def close(self, error: Exception | None = None) -> None:
        """End the iteration behind the events that are there, by the error if there is one."""
        if not self._is_closed:
            self._is_closed, self._error = True, error
            self._changed.set()

    def take_error(self) -> Exception | None:
        """Return the error that nobody has met, once."""
        error, self._error = self._error, None
        return error

    async def next(self) -> Event | None:
        """Return the next event; None, or an error once, at the end.

        A cancellation loses nothing: it can only come while there is no event to take.
        """
        while not self._events and not self._is_closed:
            self._changed.clear()
            await self._changed.wait()
        if self._events:
            return self._events.popleft()
        if error := self.take_error():
            raise error
        return None

    def _make_room(self) -> bool:
        if self.overflow == "error":
            return False
        oldest = next((event for event in self._events if _is_interim(event)), None)
        if oldest is None:
            return False
        self._events.remove(oldest)
        return True


def _is_interim(event: Event) -> bool:
    return isinstance(event, Transcript) and not event.is_final
