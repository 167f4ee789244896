"""Streaming speech-to-text from a self-hosted Whisper server."""

from .client import Client
from .errors import (
    AuthenticationFailed,
    CallbackFailed,
    ConnectionFailed,
    ProtocolError,
    Refused,
    ServerFull,
    ServerTimeout,
    SessionClosed,
    SessionFailed,
    SessionInterrupted,
    SlowConsumer,
    SttError,
)
from .events import Event
from .options import StreamOptions
from .recording import RecordingTranscript
from .session import Session, SessionLimits
from .stream_event import StreamEvent
from .sync import SyncClient, SyncSession
from .version import __version__

__all__ = [
    "AuthenticationFailed",
    "CallbackFailed",
    "Client",
    "ConnectionFailed",
    "Event",
    "ProtocolError",
    "RecordingTranscript",
    "Refused",
    "ServerFull",
    "ServerTimeout",
    "Session",
    "SessionClosed",
    "SessionFailed",
    "SessionInterrupted",
    "SessionLimits",
    "SlowConsumer",
    "StreamEvent",
    "StreamOptions",
    "SttError",
    "SyncClient",
    "SyncSession",
    "__version__",
]
