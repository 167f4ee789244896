"""Read recordings of any format that FFmpeg knows as what is sent: mono PCM at 16 kHz."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av

from ..audio import BYTES_PER_SAMPLE

SAMPLE_RATE = 16_000  # Hz
BYTES_PER_SECOND = SAMPLE_RATE * BYTES_PER_SAMPLE


class NoAudio(Exception):
    """A file gives no sound; the message says why, and does not name it."""


@dataclass(frozen=True, slots=True)
class Audio:
    """16-bit mono PCM as it comes, at a rate in Hz."""

    pieces: AsyncIterator[bytes]
    sample_rate: int


class Recording:
    """The sound of an audio or video file, which is decoded while it is sent.

    Raises NoAudio where there is none, and where reading it fails later.
    """

    def __init__(self, path: Path) -> None:
        self.damaged = 0  # pieces that could not be decoded and are left out
        self.decoded_s = 0.0
        with _explained():  # a whole path, since FFmpeg takes "talk:1.mp3" for an address
            self._container = av.open(str(path.resolve()), metadata_errors="ignore")
        if not self._container.streams.audio:
            raise NoAudio("it has no sound")
        self._stream = self._container.streams.audio[0]

    @property
    def duration_s(self) -> float | None:
        """How long it says it is; None where it does not."""
        duration = self._container.duration
        return None if duration is None else duration / av.time_base

    async def pieces(self, piece_s: float) -> AsyncIterator[bytes]:
        """Yield 16-bit mono PCM, decoded in a thread. Nobody else may iterate."""
        pieces = self._pieces(round(piece_s * SAMPLE_RATE) * BYTES_PER_SAMPLE)
        # Where this is cancelled, a thread may be at work still: the last one to let go of the
        # container closes it.
        while piece := await asyncio.to_thread(lambda: next(pieces, b"")):
            self.decoded_s += len(piece) / BYTES_PER_SECOND
            yield piece
        if not self.decoded_s:
            raise NoAudio("nothing in it can be decoded")

    def _pieces(self, size: int) -> Iterator[bytes]:
        pcm = bytearray()
        for part in self._pcm():
            pcm += part
            while len(pcm) >= size:
                yield bytes(pcm[:size])
                del pcm[:size]
        if pcm:
            yield bytes(pcm)

    def _pcm(self) -> Iterator[bytes]:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
        with _explained():
            for frame in self._frames():
                for mono in resampler.resample(frame):
                    if mono is not None:  # the end, where there is nothing to convert
                        yield bytes(mono.planes[0])[: mono.samples * BYTES_PER_SAMPLE]

    def _frames(self) -> Iterator[av.AudioFrame | None]:
        """Yield what can be decoded, and None at the end. Damaged places are passed over."""
        for packet in self._container.demux(self._stream):
            try:
                frames = packet.decode()
            except av.FFmpegError:  # "invalid data" mostly; some decoders have numbers of their own
                self.damaged += 1
                continue
            for frame in frames:
                frame.pts = None  # else the resampler minds times that jump
                yield frame
        yield None


async def at_real_time(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield pieces as slowly as they were spoken."""
    now = asyncio.get_running_loop().time
    due = now()
    async for piece in pieces:
        yield piece
        due += len(piece) / BYTES_PER_SECOND
        await asyncio.sleep(due - now())


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (av.FFmpegError, ValueError) as error:  # ValueError: its channels or rate change
        raise NoAudio(getattr(error, "strerror", None) or str(error)) from None
