"""A recording as 16-bit mono PCM. Knows WAV files, and no other format."""

from __future__ import annotations

import io
import os
import sys
import wave
from array import array
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

from .audio import BYTES_PER_SAMPLE
from .options import StreamOptions

PIECE_S = 1.0


@dataclass(frozen=True, slots=True)
class Sound:
    """Mono PCM, and the options under which it is to be heard."""

    pcm: bytes
    options: StreamOptions

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the PCM in pieces of a second."""
        size = round(PIECE_S * self.options.sample_rate) * BYTES_PER_SAMPLE
        for at in range(0, len(self.pcm), size):
            yield self.pcm[at : at + size]


def read_sound(recording: str | os.PathLike[str] | bytes, options: StreamOptions) -> Sound:
    """Read a WAV file or its bytes; other bytes are PCM already.

    Raises OSError where there is no file, ValueError where it is no WAV file of 16-bit PCM.
    """
    if not isinstance(recording, bytes):
        path = Path(recording)
        return _read_wav(path.read_bytes(), str(path), options)
    if recording[:4] == b"RIFF":
        return _read_wav(recording, "recording", options)
    return Sound(recording, options)


def _read_wav(data: bytes, name: str, options: StreamOptions) -> Sound:
    try:
        with wave.open(io.BytesIO(data)) as file:
            if file.getsampwidth() != BYTES_PER_SAMPLE:
                raise wave.Error
            pcm = _downmix(file.readframes(file.getnframes()), file.getnchannels())
            return Sound(pcm, replace(options, sample_rate=file.getframerate()))
    except (wave.Error, EOFError):
        message = f"{name}: no WAV file of 16-bit PCM; convert it, with ffmpeg for example"
        raise ValueError(message) from None


def _downmix(pcm: bytes, channels: int) -> bytes:
    """Return the mean of all channels."""
    if channels == 1:
        return pcm
    samples = array("h", pcm[: len(pcm) - len(pcm) % (BYTES_PER_SAMPLE * channels)])
    if sys.byteorder == "big":
        samples.byteswap()
    by_channel = (samples[channel::channels] for channel in range(channels))
    mono = array("h", (sum(at_once) // channels for at_once in zip(*by_channel, strict=True)))
    if sys.byteorder == "big":
        mono.byteswap()
    return mono.tobytes()
