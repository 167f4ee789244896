"""What the engine asks of a microphone, whatever it is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..errors import SttError

OnAudio = Callable[[bytes], None]
OnEnd = Callable[[], None]


class MicrophoneUnavailable(SttError):
    """There is no microphone, it may not be used, or it stopped."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=False)


class AudioDevice(Protocol):
    """A source of live audio: ``start``, ``stop``, and again."""

    def start(self, on_audio: OnAudio, on_end: OnEnd) -> int:
        """Begin, and return the sample rate in Hz: 8,000 to 48,000.

        From then on ``on_audio`` is called with 16-bit little-endian mono PCM of any length, from
        any thread; it never waits. ``on_end`` is called where the device ends by itself: it is
        unplugged, say. Raises MicrophoneUnavailable, whose message names the fix.
        """

    def stop(self) -> None:
        """End. Harmless when it has not begun or is over."""


def started(device: AudioDevice, on_audio: OnAudio, on_end: OnEnd) -> int:
    """Start a device, and return its rate. Whatever it raises is a MicrophoneUnavailable."""
    try:
        return device.start(on_audio, on_end)
    except MicrophoneUnavailable:
        raise
    except Exception as error:
        message = f"the microphone could not be started ({type(error).__name__})"
        raise MicrophoneUnavailable(message) from error
