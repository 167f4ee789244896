"""Frames of any shape to mono. The framework resamples streams."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from livekit import rtc


def downmix(frame: rtc.AudioFrame) -> rtc.AudioFrame:
    """Return the mean of all channels, before resampling: the framework's resampler is mono."""
    if frame.num_channels == 1:
        return frame
    samples = np.frombuffer(frame.data, dtype=np.int16)
    interleaved = samples[: frame.samples_per_channel * frame.num_channels]
    mono = interleaved.reshape(-1, frame.num_channels).mean(axis=1).astype(np.int16)
    return rtc.AudioFrame(mono.tobytes(), frame.sample_rate, 1, frame.samples_per_channel)


def pcm(frame: rtc.AudioFrame) -> bytes:
    return bytes(frame.data)


def resampled(recording: rtc.AudioFrame, rate: int) -> Iterator[bytes]:
    """Yield the PCM of a whole mono recording, as the framework would resample a stream."""
    if recording.sample_rate == rate:
        yield pcm(recording)
        return
    quality = rtc.AudioResamplerQuality.HIGH
    resampler = rtc.AudioResampler(recording.sample_rate, rate, quality=quality)
    yield from map(pcm, [*resampler.push(recording), *resampler.flush()])
