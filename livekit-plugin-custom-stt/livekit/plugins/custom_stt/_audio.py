"""Input frames of any shape to mono chunks of one length. The framework resamples streams."""

from __future__ import annotations

import numpy as np
from livekit import rtc
from livekit.agents.utils.audio import AudioByteStream

CHUNKS_PER_SECOND = 20  # 50 ms each
BYTES_PER_SAMPLE = 2


def downmix(frame: rtc.AudioFrame) -> rtc.AudioFrame:
    """The mean of all channels, before resampling: the framework's resampler is mono."""
    if frame.num_channels == 1:
        return frame
    samples = np.frombuffer(frame.data, dtype=np.int16)
    interleaved = samples[: frame.samples_per_channel * frame.num_channels]
    mono = interleaved.reshape(-1, frame.num_channels).mean(axis=1).astype(np.int16)
    return rtc.AudioFrame(mono.tobytes(), frame.sample_rate, 1, frame.samples_per_channel)


def resample(recording: rtc.AudioFrame, rate: int) -> list[rtc.AudioFrame]:
    """A whole one, mono, as the framework would a stream."""
    if recording.sample_rate == rate:
        return [recording]
    quality = rtc.AudioResamplerQuality.HIGH
    resampler = rtc.AudioResampler(recording.sample_rate, rate, quality=quality)
    return [*resampler.push(recording), *resampler.flush()]


class Chunks:
    """Frames of any length to chunks of 50 ms."""

    def __init__(self, sample_rate: int) -> None:
        self._stream = AudioByteStream(sample_rate, 1, sample_rate // CHUNKS_PER_SECOND)

    def push(self, frame: rtc.AudioFrame) -> list[bytes]:
        return [bytes(chunk.data) for chunk in self._stream.push(frame.data)]

    def flush(self) -> list[bytes]:
        """What is short of a whole chunk, if anything."""
        return [bytes(chunk.data) for chunk in self._stream.flush()]
