"""What all connections share: the models, the engine and the places."""

import asyncio
import logging

from fastapi import WebSocket

from .connection import Connection
from .engine.engine import Engine
from .engine.speech_detection import SpeechDetection
from .errors import AtCapacity
from .protocols.base import Limits, WireProtocol
from .session.vad import SpeechModel

logger = logging.getLogger(__name__)


class Service:
    """``admit()`` and then at once ``serve()``; ``drain()`` before the process ends."""

    def __init__(
        self, engine: Engine, speech_model: SpeechModel, limits: Limits, max_sessions: int
    ) -> None:
        self.engine = engine
        self.max_sessions = max_sessions
        self.draining = False
        self._detection = SpeechDetection(speech_model)
        self._limits = limits
        self._connections: set[Connection] = set()

    @property
    def ready(self) -> bool:
        return self.engine.alive and not self.draining

    @property
    def sessions(self) -> int:
        return len(self._connections)

    def admit(self) -> None:
        """Raise AtCapacity where one more session would have no place."""
        if not self.ready:
            raise AtCapacity("the server is not ready")
        if self.sessions >= self.max_sessions:
            raise AtCapacity(f"all {self.max_sessions} sessions are taken")

    async def serve(self, socket: WebSocket, protocol: WireProtocol) -> None:
        connection = Connection(socket, protocol, self._detection, self.engine, self._limits)
        self._connections.add(connection)
        try:
            await connection.serve()
        finally:
            self._connections.discard(connection)

    async def drain(self, timeout_s: float) -> None:
        """Admit nobody, let every session say what it owes, and wait for their ends."""
        self.draining = True
        connections = list(self._connections)
        for connection in connections:
            connection.shut_down()
        try:
            async with asyncio.timeout(timeout_s):
                for connection in connections:
                    await connection.closed.wait()
        except TimeoutError:
            logger.warning("sessions cut off", extra={"sessions": self.sessions})
