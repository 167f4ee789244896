"""Which connections there may be, and which one is closed for a new one. No sockets, no clock.

A server has a limited number of open files. Whoever opens connections and asks nothing could take
them all, and the server would be deaf to everybody, its own health check included. So connections
are counted, and those that are *idle* (no request begun, half of one sent, or the last one answered
or refused) may be closed at any time: when all places are taken, the one that has been idle longest
is closed for the new one. A real client asks within milliseconds of connecting, so it is never
the one, even where the attacker shares its address.
"""

from collections import Counter
from typing import Generic, TypeVar

C = TypeVar("C")


class Admission(Generic[C]):
    """``admit()`` a connection, tell when it is ``busy()`` and ``idle()``, ``remove()`` it."""

    def __init__(self, total: int, per_address: int = 0) -> None:
        """``per_address`` 0 means no bound of its own."""
        self.total = total
        self.per_address = per_address
        self._addresses: dict[C, str] = {}
        self._of_address: Counter[str] = Counter()
        self._idle: dict[C, None] = {}  # in the order in which they became it

    def __len__(self) -> int:
        return len(self._addresses)

    def admit(self, connection: C, address: str) -> C | None:
        """Count a new connection, which is idle. Return the one to close, if there is no room.

        That is another one, which counts no more; or the new one itself, where nobody is idle.
        """
        closed = self._in_the_way(address, otherwise=connection)
        if closed is not None:
            self.remove(closed)
        if closed is not connection:
            self._addresses[connection] = address
            self._of_address[address] += 1
            self._idle[connection] = None
        return closed

    def busy(self, connection: C) -> None:
        """A request is being served: it is not closed for another."""
        self._idle.pop(connection, None)

    def idle(self, connection: C) -> None:
        """The request is answered."""
        if connection in self._addresses:
            self._idle[connection] = None

    def remove(self, connection: C) -> None:
        """The connection is gone, or was never admitted."""
        self._idle.pop(connection, None)
        if (address := self._addresses.pop(connection, None)) is not None:
            self._of_address[address] -= 1
            if not self._of_address[address]:
                del self._of_address[address]

    def _in_the_way(self, address: str, otherwise: C) -> C | None:
        if 0 < self.per_address <= self._of_address[address]:
            neighbours = (c for c in self._idle if self._addresses[c] == address)
            return next(neighbours, otherwise)
        if len(self) >= self.total:
            return next(iter(self._idle), otherwise)
        return None
