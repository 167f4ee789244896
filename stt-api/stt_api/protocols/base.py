"""What every wire protocol is: pure functions between messages and a session."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from ..errors import SttError
from ..session.config import SessionConfig
from ..session.events import EndReason, Event

Message = str | bytes


@dataclass(frozen=True, slots=True)
class Audio:
    """Wire PCM in the declared format."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Configure:
    """Go on under ``config``; ``greet`` asks for Ready rather than Configured.

    ``ignored`` are the names that were left out of it, to be said in Ready.
    """

    config: SessionConfig
    greet: bool = False
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finalize:
    """End the utterance now; the stream goes on."""

    id: int | None


@dataclass(frozen=True, slots=True)
class KeepAlive:
    """The client lives."""


@dataclass(frozen=True, slots=True)
class EndOfStream:
    """No more audio; close after the last result."""


Command = Audio | Configure | Finalize | KeepAlive | EndOfStream


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes; ``max_session_s`` 0 means no limit."""

    max_message_bytes: int = 4 * 1024 * 1024
    idle_timeout_s: float = 60.0
    max_session_s: float = 0.0
    send_timeout_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Ready:
    """The session is open."""

    session_id: str
    model: str
    config: SessionConfig
    limits: Limits
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Configured:
    """The settings in force from the next utterance on."""

    config: SessionConfig


class WireProtocol(Protocol):
    """One connection's view of the wire. Made with the server's default configuration."""

    config: SessionConfig

    def open(self, query: Mapping[str, list[str]]) -> None:
        """Take the settings of the URL; raise InvalidSetting."""

    def decode(self, message: Message) -> Command:
        """Raise ClientError for what the protocol does not allow; ``config`` stays as it was."""

    def encode(self, event: Event | Ready | Configured) -> list[str]: ...

    def encode_error(self, error: SttError) -> list[str]: ...

    def close_code(self, ending: EndReason | SttError) -> int: ...
