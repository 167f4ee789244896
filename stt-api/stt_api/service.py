"""What all connections share: the transcriptions and the places."""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from fastapi import WebSocket

from .connection import Connection
from .errors import AtCapacity
from .limits import Limits
from .protocols.contract import Accepted, Ready, WireProtocol
from .transcription.contract import Transcriptions

logger = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class Place:
    """One session's, from its admission to its end. ``shut_down`` ends it with all that it owes."""

    credential: str | None = None
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    shut_down: Callable[[], None] = lambda: None
    left: asyncio.Event = field(default_factory=asyncio.Event)


class Service:
    """Whatever is served has a ``place()``; ``drain()`` before the process ends."""

    def __init__(self, transcriptions: Transcriptions, limits: Limits, max_sessions: int) -> None:
        self.transcriptions = transcriptions
        self.max_sessions = max_sessions
        self.draining = False
        self._limits = limits
        self._places: set[Place] = set()

    @property
    def ready(self) -> bool:
        return self.transcriptions.alive and not self.draining

    @property
    def sessions(self) -> int:
        return len(self._places)

    @asynccontextmanager
    async def place(self, credential: str | None = None) -> AsyncIterator[Place]:
        """Give a place for as long as the context lasts; raise AtCapacity where there is none.

        It is taken at once: whatever is awaited before it is used, nobody else gets it.
        """
        self._admit()
        place = Place(credential)
        self._places.add(place)
        try:
            yield place
        finally:
            self._places.discard(place)
            place.left.set()

    async def serve(
        self, socket: WebSocket, protocol: WireProtocol, accepted: Accepted, place: Place
    ) -> None:
        transcription = self.transcriptions.open(protocol.config)
        ready = Ready(place.id, self.transcriptions.name, protocol.config, self._limits)
        connection = Connection(socket, protocol, transcription, ready, accepted.subprotocol)
        place.shut_down = connection.shut_down
        await connection.serve()

    async def drain(self, timeout_s: float) -> None:
        """Admit nobody, let every session say what it owes, and wait for their ends."""
        self.draining = True
        places = list(self._places)
        for place in places:
            place.shut_down()
        try:
            async with asyncio.timeout(timeout_s):
                for place in places:
                    await place.left.wait()
        except TimeoutError:
            logger.warning("sessions cut off", extra={"sessions": self.sessions})

    def _admit(self) -> None:
        if not self.ready:
            raise AtCapacity("the server is not ready")
        if self.sessions >= self.max_sessions:
            raise AtCapacity(f"all {self.max_sessions} sessions are taken")
