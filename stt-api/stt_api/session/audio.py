"""Turn wire PCM into float32 mono at 16 kHz and back; keep the part that is still needed."""

import enum
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from ..errors import InvalidFrame

SAMPLE_RATE = 16_000  # Hz, of every position and every sample inside the server
SAMPLE_RATES = range(8_000, 48_001)  # Hz, accepted on the wire

Samples = NDArray[np.float32]
SCALE = np.float32(32768)  # of 16-bit samples


class Encoding(enum.StrEnum):
    LINEAR16 = "linear16"
    MULAW = "mulaw"
    ALAW = "alaw"


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """What the client sends: ``sample_rate`` in Hz, ``channels`` 1, or 2 to be mixed down."""

    encoding: Encoding = Encoding.LINEAR16
    sample_rate: int = SAMPLE_RATE
    channels: int = 1

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of every channel; a message holds a whole number of these."""
        return self.channels * (2 if self.encoding is Encoding.LINEAR16 else 1)

    def seconds(self, data: bytes) -> float:
        return len(data) / self.frame_bytes / self.sample_rate


def _expand_mulaw() -> Samples:
    """ITU-T G.711 µ-law, all 256 codes."""
    code = ~np.arange(256, dtype=np.uint8)
    magnitude = (((code & 0x0F).astype(np.int32) << 3) + 0x84) << ((code & 0x70) >> 4)
    return _signed(magnitude - 0x84, negative=(code & 0x80) != 0)


def _expand_alaw() -> Samples:
    """ITU-T G.711 A-law, all 256 codes."""
    code = np.arange(256, dtype=np.uint8) ^ 0x55
    mantissa = ((code & 0x0F).astype(np.int32) << 4) + 8
    exponent = (code & 0x70) >> 4
    magnitude = np.where(exponent == 0, mantissa, (mantissa + 0x100) << np.maximum(exponent, 1) - 1)
    return _signed(magnitude, negative=(code & 0x80) == 0)


def _signed(magnitude: NDArray[np.int32], negative: NDArray[np.bool_]) -> Samples:
    return np.where(negative, -magnitude, magnitude).astype(np.float32) / SCALE


EXPANDED = {Encoding.MULAW: _expand_mulaw(), Encoding.ALAW: _expand_alaw()}


class PcmDecoder:
    """Decode one client's stream. Any split of the stream into messages gives the same samples."""

    def __init__(self, audio_format: AudioFormat) -> None:
        self.format = audio_format
        self.resampler = (
            None
            if audio_format.sample_rate == SAMPLE_RATE
            else soxr.ResampleStream(audio_format.sample_rate, SAMPLE_RATE, 1, dtype="float32")
        )
        self.received = 0  # samples at the wire's rate
        self.returned = 0  # samples at 16 kHz

    def decode(self, data: bytes) -> Samples:
        """Return mono samples in [-1, 1]; raise InvalidFrame when samples are cut in two."""
        if len(data) % self.format.frame_bytes:
            raise InvalidFrame(
                f"audio: {len(data)} bytes is not a whole number of samples; "
                f"{self.format.encoding} with {self.format.channels} channel(s) "
                f"needs a multiple of {self.format.frame_bytes}"
            )
        return self._resample(self._mix(self._expand(data)))

    def flush(self) -> Samples:
        """Return what the resampler still holds: up to 0.12 s. The stream may go on.

        The resampler rounds what it gives to whole samples, at each flush anew. Only the sum is
        rounded here, a sample more or less, so that positions stay on the client's clock.
        """
        if self.resampler is None:
            return np.empty(0, np.float32)
        due = round(self.received * SAMPLE_RATE / self.format.sample_rate) - self.returned
        held = self.resampler.resample_chunk(np.empty(0, np.float32), last=True)[:due]
        self.resampler.clear()
        self.returned += due
        return np.pad(held, (0, due - len(held)))

    def _expand(self, data: bytes) -> Samples:
        if self.format.encoding is Encoding.LINEAR16:
            return np.frombuffer(data, "<i2").astype(np.float32) / SCALE
        return EXPANDED[self.format.encoding][np.frombuffer(data, np.uint8)]

    def _mix(self, samples: Samples) -> Samples:
        if self.format.channels == 1:
            return samples
        mixed: Samples = samples.reshape(-1, self.format.channels).mean(axis=1, dtype=np.float32)
        return mixed

    def _resample(self, samples: Samples) -> Samples:
        if self.resampler is None:
            return samples
        resampled: Samples = self.resampler.resample_chunk(samples)
        self.received += len(samples)
        self.returned += len(resampled)
        return resampled


class AudioBuffer:
    """The latest audio of a session, addressed by position: samples since its start."""

    def __init__(self) -> None:
        self.start = 0
        self.end = 0
        self._data = np.empty(SAMPLE_RATE, np.float32)
        self._first = 0  # index of ``start`` in the data: what is before it is forgotten

    def append(self, samples: Samples) -> None:
        last = self._index(self.end)
        if last + len(samples) > len(self._data):
            self._make_room(len(samples))
            last = self._index(self.end)
        self._data[last : last + len(samples)] = samples
        self.end += len(samples)

    def read(self, start: int, end: int) -> Samples:
        """Return a copy of ``start <= position < end``; all of it must still be here."""
        return self._data[self._index(start) : self._index(end)].copy()

    def discard_before(self, position: int) -> None:
        """Forget everything before ``position``. The room is reused once it is needed."""
        position = max(position, self.start)
        self._first = self._index(position)
        self.start = position

    def _index(self, position: int) -> int:
        return self._first + position - self.start

    def _make_room(self, samples: int) -> None:
        """Move what is kept to the front, so that a quarter is free: it is not moved each time."""
        kept = self._data[self._first : self._index(self.end)]
        needed = len(kept) + samples
        fits = needed <= len(self._data) * 3 // 4
        data = self._data if fits else np.empty(2 * needed, np.float32)
        data[: len(kept)] = kept
        self._data, self._first = data, 0


def to_pcm(samples: Samples) -> bytes:
    """Return what a client sends of ``samples``: linear16, cut off where it is above full scale."""
    return (samples.clip(-1, 1) * 32767).astype("<i2").tobytes()


def quietest(samples: Samples, span: int) -> int:
    """Return the middle of the quietest ``span`` samples: where a cut harms least."""
    energy = np.concatenate([[0.0], np.cumsum(np.square(samples, dtype=np.float64))])
    return int(np.argmin(energy[span:] - energy[:-span])) + span // 2
