"""Recordings that sound as if somebody spoke: for sessions, and for the microphone engine."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import AsyncIterator, Callable

from ..audio import BYTES_PER_SAMPLE
from ..options import StreamOptions
from ..sound import read_sound


async def microphone(
    recording: str | os.PathLike[str] | bytes,
    *,
    pace: float = 1.0,
    options: StreamOptions | None = None,
) -> AsyncIterator[bytes]:
    """Yield a recording in pieces of 20 ms, ``pace`` times as fast as it was spoken.

    It is what ``Client.transcribe`` takes; its rate should be that of the session's options.
    """
    sound = read_sound(recording, options or StreamOptions())
    size = BYTES_PER_SAMPLE * (sound.options.sample_rate // 50)
    now = asyncio.get_running_loop().time
    due = now()
    for at in range(0, len(sound.pcm), size):
        yield sound.pcm[at : at + size]
        due += 0.02 / pace
        await asyncio.sleep(due - now())


class FileMicrophone:
    """An audio device for MicrophoneEngine: plays a recording, then silence, until it is stopped.

    ``pace`` times as fast as it was spoken, in pieces of 20 ms, in a thread of its own.
    """

    def __init__(self, recording: str | os.PathLike[str] | bytes, *, pace: float = 1.0) -> None:
        self._sound = read_sound(recording, StreamOptions())
        self._pace = pace
        self._stopped = threading.Event()
        self._playing: threading.Thread | None = None
        self._on_end: Callable[[], None]

    def start(self, on_audio: Callable[[bytes], None], on_end: Callable[[], None]) -> int:
        """Play from the beginning, and return the sample rate in Hz."""
        self._on_end = on_end
        self._stopped = threading.Event()
        self._playing = threading.Thread(
            target=self._play, args=(on_audio, self._stopped), name="file-microphone", daemon=True
        )
        self._playing.start()
        return self._sound.options.sample_rate

    def stop(self) -> None:
        """Fall silent. Harmless when repeated."""
        self._stopped.set()
        if self._playing is not None:
            self._playing.join()

    def unplug(self) -> None:
        """End by itself, as a device does that is unplugged."""
        self.stop()
        self._on_end()

    def _play(self, on_audio: Callable[[bytes], None], stopped: threading.Event) -> None:
        size = BYTES_PER_SAMPLE * (self._sound.options.sample_rate // 50)
        at, due = 0, time.monotonic()
        while not stopped.is_set():
            on_audio(self._sound.pcm[at : at + size].ljust(size, b"\0"))
            at, due = at + size, due + 0.02 / self._pace
            stopped.wait(due - time.monotonic())
