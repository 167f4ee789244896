"""What every wire protocol is: pure functions between messages and a transcription."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ..errors import SttError
from ..limits import Limits
from ..session.config import SessionConfig
from ..session.events import EndReason, Event
from .commands import Command

Message = str | bytes


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a client says to open a connection. Names of ``headers`` are in lower case."""

    path: str = "/"
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    subprotocols: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """The subprotocol to answer with, and by which key the client wants to be let in."""

    subprotocol: str | None = None
    credential: str | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """The session is open."""

    session_id: str
    model: str
    config: SessionConfig
    limits: Limits


class WireProtocol(Protocol):
    """One connection's view of the wire. Made with the server's default configuration."""

    config: SessionConfig
    """What the client has asked for so far."""

    def open(self, handshake: Handshake) -> Accepted:
        """Take what the client asks for; raise ClientError."""

    def decode(self, message: Message) -> Iterable[Command]:
        """Raise ClientError for what the protocol does not allow; ``config`` stays as it was."""

    def encode(self, event: Event | Ready) -> list[str]:
        """Return the messages that tell of it. The first event is Ready."""

    def encode_error(self, error: SttError) -> list[str]: ...

    def refusal(self, error: SttError) -> str:
        """Return the body, in JSON, of a refusal over HTTP."""

    def close_code(self, ending: EndReason | SttError) -> int: ...
