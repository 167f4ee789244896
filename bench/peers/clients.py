"""Sessions of one product, in real time. Measures nothing, notes what each screen shows."""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from stt_testing.pacing import live
from stt_testing.recordings import Utterance

from .plays import Play
from .product import Dialect, Product, Refused, Screen

BEGIN_S = 120.0  # some load their model when the first client comes
PATIENCE_S = 15.0  # after the last sample; what is not said by then is lost
CLOSE_S = 2.0
QUIET_S = 2.0  # without a message, where the server does not close: it has said all


@dataclass(slots=True)
class Log:
    """What a client showed: (seconds since its first sample, screen), and how it failed."""

    utterances: Sequence[Utterance]
    screens: list[tuple[float, Screen]] = field(default_factory=list)
    failure: str | None = None


async def converse(product: Product, port: int, plays: Sequence[Play]) -> list[Log]:
    """Connect all, then let all speak, then close all: nobody comes or goes beside a speaker.

    Coming and going is dear with some peers, and is not what is measured.
    """
    logs = [Log(play.utterances(product.silence_s)) for play in plays]
    async with AsyncExitStack() as connections:
        sessions = [_Session(product, play, log) for play, log in zip(plays, logs, strict=True)]
        await asyncio.gather(*(session.connect(port, connections) for session in sessions))
        await asyncio.gather(*(session.speak() for session in sessions))
    return logs


class _Session:
    def __init__(self, product: Product, play: Play, log: Log) -> None:
        self.product = product
        self.play = play
        self.log = log
        self.dialect: Dialect = product.dialect()
        self.socket: ClientConnection | None = None

    async def connect(self, port: int, connections: AsyncExitStack) -> None:
        address = f"ws://127.0.0.1:{port}{self.product.path}"
        connecting = connect(
            address, max_size=None, ping_interval=None, open_timeout=BEGIN_S, close_timeout=CLOSE_S
        )
        try:
            async with asyncio.timeout(BEGIN_S):
                socket = await connections.enter_async_context(connecting)
                await self.dialect.begin(socket)
            self.socket = socket
        except (WebSocketException, OSError, Refused) as error:  # TimeoutError is an OSError
            self.log.failure = _told(error)

    async def speak(self) -> None:
        if self.socket is None:
            return
        pcm = self.play.pcm(self.product.silence_s)
        await asyncio.sleep(self.play.delay_s)
        start = time.perf_counter()
        listening = asyncio.create_task(self._listen(self.socket, start))
        try:
            async for frame in live(pcm):
                await self.socket.send(self.dialect.packet(frame))
            if self.dialect.ending is not None:
                await self.socket.send(self.dialect.ending)
            await self._hear_out(listening)
        except (WebSocketException, OSError) as error:
            self.log.failure = _told(error)
        listening.cancel()
        await asyncio.wait({listening})

    async def _listen(self, socket: ClientConnection, start: float) -> None:
        try:
            async for text in socket:
                self.dialect.hear(json.loads(text))
                self.log.screens.append((time.perf_counter() - start, self.dialect.screen))
        except (WebSocketException, Refused) as error:
            self.log.failure = _told(error)

    async def _hear_out(self, listening: asyncio.Task[None]) -> None:
        """Wait until the server has said all: it closes, or shows only finals and is quiet."""
        end = time.perf_counter() + PATIENCE_S
        while time.perf_counter() < end and not listening.done():
            heard = len(self.log.screens)
            await asyncio.wait({listening}, timeout=QUIET_S)
            quiet = len(self.log.screens) == heard
            if self.dialect.ending is None and quiet and not self.dialect.screen.interim:
                return


def _told(error: Exception) -> str:
    return str(error) or type(error).__name__
