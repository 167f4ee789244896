"""Frames of any shape become mono."""

from __future__ import annotations

import numpy as np
import pytest
from livekit import rtc
from livekit.plugins.custom_stt._audio import downmix


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
