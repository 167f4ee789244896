"""Frames of any shape become mono chunks."""

from __future__ import annotations

import numpy as np
import pytest
from livekit import rtc
from livekit.plugins.custom_stt._audio import Chunks, downmix


def frame(samples: list[int], channels: int = 1) -> rtc.AudioFrame:
    data = np.array(samples, dtype=np.int16).tobytes()
    return rtc.AudioFrame(data, 16000, channels, len(samples) // channels)


@pytest.mark.parametrize(
    ("channels", "samples", "mono"),
    [
        (1, [1, 2], [1, 2]),
        (2, [10, 20, -30, -10], [15, -20]),
        (2, [32767, 32767], [32767]),
        (4, [4, 8, 12, 16], [10]),
    ],
)
def test_channels_are_averaged(channels: int, samples: list[int], mono: list[int]) -> None:
    mixed = downmix(frame(samples, channels))
    assert (list(mixed.data), mixed.num_channels) == (mono, 1)


def lengths(chunks: list[bytes]) -> list[int]:
    return [len(chunk) // 2 for chunk in chunks]


def test_audio_leaves_in_chunks_of_50_ms() -> None:
    assert lengths(Chunks(16000).push(frame([0] * 2000))) == [800, 800]


def test_a_flush_gives_the_rest() -> None:
    chunks = Chunks(16000)
    chunks.push(frame([1] * 900))
    assert (lengths(chunks.flush()), chunks.flush()) == ([100], [])
