"""From a microphone to text, for desktop programs: threads, and no asyncio to see.

``MicrophoneEngine`` records; ``Managed`` and ``OwnKey`` say which service listens. The system's
microphone needs the extra ``custom-stt-client[microphone]``; nothing here does before it is opened.
"""

from .device import AudioDevice, MicrophoneUnavailable
from .engine import MicrophoneEngine, TranscriptionResult
from .services import Managed, OwnKey, Service
from .system import Microphone

__all__ = [
    "AudioDevice",
    "Managed",
    "Microphone",
    "MicrophoneEngine",
    "MicrophoneUnavailable",
    "OwnKey",
    "Service",
    "TranscriptionResult",
]
