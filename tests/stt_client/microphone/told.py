"""An engine whose callbacks are written down, and devices that are not there."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from custom_stt_client import SttError
from custom_stt_client.microphone import (
    AudioDevice,
    MicrophoneEngine,
    MicrophoneUnavailable,
    Service,
    TranscriptionResult,
)
from custom_stt_client.testing import FileMicrophone

WAIT_S = 20.0  # before a test gives up


class Told:
    """What the callbacks were called with, each to be waited for."""

    def __init__(self) -> None:
        self.realtime: queue.Queue[TranscriptionResult] = queue.Queue()
        self.final: queue.Queue[TranscriptionResult] = queue.Queue()
        self.errors: queue.Queue[SttError] = queue.Queue()
        self.credits_s: queue.Queue[float] = queue.Queue()


@contextmanager
def recorder(
    service: Service, device: AudioDevice | None = None, **settings: Any
) -> Iterator[tuple[MicrophoneEngine, Told]]:
    """Give an engine, initialized if there is a device, and what it tells; no thread is left."""
    told, before = Told(), set(threading.enumerate())
    callbacks: dict[str, Callable[[Any], object]] = {
        "on_realtime": told.realtime.put,
        "on_final": told.final.put,
        "on_error": told.errors.put,
        "on_credits_low": told.credits_s.put,
    }
    device = device or FileMicrophone(bytes(32_000), pace=10.0)
    engine = MicrophoneEngine(service, device=device, **{**callbacks, **settings})
    engine.initialize()
    try:
        yield engine, told
    finally:
        engine.stop()
    for thread in set(threading.enumerate()) - before:
        thread.join(WAIT_S)
        assert not thread.is_alive(), thread.name


class Absent:
    """A device that is not there."""

    def start(self, on_audio: object, on_end: object) -> int:
        raise MicrophoneUnavailable("no microphone is plugged in")

    def stop(self) -> None:
        pass


class Mute:
    """A device that gives nothing."""

    def start(self, on_audio: object, on_end: object) -> int:
        return 16_000

    def stop(self) -> None:
        pass
