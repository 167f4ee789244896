"""What a connection asks of the service's protocol: messages to frames, and back. No I/O."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Protocol

from .errors import from_close
from .messages import Message
from .wire import Json, parse


class WireProtocol(Protocol):
    """One for each connection. What comes in and goes out here is the native protocol's.

    A foreign one says it in its service's words, and says back what the service means.
    """

    auth_scheme: str  # of the Authorization header, before the key
    greeting: Sequence[Message]  # what the session begins with, where the service says nothing

    def encode(self, message: Json) -> str | None:
        """Return the text frame for a message; None where the service needs none."""

    def parse(self, text: str) -> Sequence[Message]:
        """Return what a text frame says. Raises ProtocolError where it is malformed."""

    def closed(self, code: int | None, reason: str) -> Message:
        """Return what a close says; ``code`` None: nobody said why. Raises SttError, mostly."""


class NativeProtocol:
    """The protocol of this client's own server."""

    auth_scheme = "Bearer"
    greeting: Sequence[Message] = ()  # the server greets

    def encode(self, message: Json) -> str:
        return json.dumps(message, ensure_ascii=False)

    def parse(self, text: str) -> Sequence[Message]:
        return [parse(text)]

    def closed(self, code: int | None, reason: str) -> Message:
        raise from_close(code, reason)
