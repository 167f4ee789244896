"""Streaming speech-to-text from a self-hosted Whisper server."""

from .errors import (
    AuthenticationFailed,
    ConnectionFailed,
    ProtocolError,
    Refused,
    ServerFull,
    ServerTimeout,
    SessionFailed,
    SessionInterrupted,
    SttError,
)
from .options import StreamOptions
from .version import __version__

__all__ = [
    "AuthenticationFailed",
    "ConnectionFailed",
    "ProtocolError",
    "Refused",
    "ServerFull",
    "ServerTimeout",
    "SessionFailed",
    "SessionInterrupted",
    "StreamOptions",
    "SttError",
    "__version__",
]
