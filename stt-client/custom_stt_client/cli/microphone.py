"""A microphone of this machine as audio to send."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from ..microphone import Microphone, MicrophoneUnavailable
from ..microphone.capture import Capture
from ..microphone.device import started
from ..microphone.recording import UNPLUGGED
from .media import Audio


@contextmanager
def microphone(name: str) -> Iterator[Audio]:
    """Open a microphone by a part of its name, or its number; "" is the system's default.

    Raises MicrophoneUnavailable.
    """
    device, capture = Microphone(int(name) if name.isdecimal() else name or None), Capture()
    capture.open()
    rate = started(device, capture.put, capture.end)
    try:
        yield Audio(_pieces(capture), rate)
    finally:
        device.stop()


async def _pieces(capture: Capture) -> AsyncIterator[bytes]:
    while (piece := await capture.next()) is not None:
        yield piece
    raise MicrophoneUnavailable(UNPLUGGED)  # nothing but the device ends what it hears
