"""What the run needs to know of a product: how it is started, and how it is spoken to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from websockets.asyncio.client import ClientConnection

Message = dict[str, Any]

SILENCE_S = 2.5  # after each recording: room for the endpoint and for a final that is late
ENDPOINTING_MS = 500  # of silence before a final, for each product that can be told


@dataclass(frozen=True, slots=True)
class Screen:
    """What a client shows of its session: what was flagged final, and what may still change."""

    final: str = ""
    interim: str = ""

    @property
    def text(self) -> str:
        return f"{self.final} {self.interim}".strip()

    def showing(self, text: str, *, final: bool) -> "Screen":
        """Put a text behind what is final; it stays there if it is final itself."""
        return Screen(f"{self.final} {text}") if final else Screen(self.final, text)


class Refused(Exception):
    """The server does not take the session, or ended it, and says so."""


class Dialect(Protocol):
    """One session in a product's protocol.

    Begin; send packets, and hear() each message meanwhile; then send the ending, and hear on until
    the server closes. ``screen`` is what the messages so far make a client show.
    """

    screen: Screen

    @property
    def ending(self) -> str | bytes | None:
        """What tells the server so; None where it never closes, so silence has to tell the end."""

    async def begin(self, socket: ClientConnection) -> None:
        """Return when the server is ready for audio."""

    def packet(self, pcm: bytes) -> bytes:
        """Wrap 16 kHz ``pcm`` as the protocol has it."""

    def hear(self, message: Message) -> None: ...


class BarePCM:
    """What dialects share that take bare PCM as soon as the connection is accepted."""

    def __init__(self) -> None:
        self.screen = Screen()

    async def begin(self, socket: ClientConnection) -> None:
        pass

    def packet(self, pcm: bytes) -> bytes:
        return pcm


@dataclass(frozen=True, slots=True)
class Launch:
    """What follows Python on the command line, and environment variables."""

    arguments: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Product:
    """``name`` is the row's, ``environment`` that of its requirements; None: our own."""

    name: str
    environment: str | None
    path: str  # of its WebSocket, with the query
    launch: Callable[[Path, int], Launch]  # folder of the weights, port
    dialect: Callable[[], Dialect]
    note: str  # what could not be set as for the others, or was set for it alone
    silence_s: float = SILENCE_S
