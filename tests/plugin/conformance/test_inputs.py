"""The same words whatever the shape of the input."""

from collections.abc import Iterable

import numpy as np
import pytest
import soxr
from livekit import rtc
from livekit.plugins.custom_stt import STT

from stt_api.session.audio import SAMPLE_RATE, to_pcm
from stt_api.word_errors import words
from stt_testing.listening import ENGLISH, frames
from stt_testing.local_server import RunningServer
from stt_testing.recordings import recordings

[RECORDING] = recordings("short02")
FRAMES_MS = (10, 20, 100, 500)


def recording(rate: int, channels: int) -> bytes:
    """On every channel."""
    mono = soxr.resample(RECORDING.samples(), SAMPLE_RATE, rate)
    return to_pcm(np.repeat(mono, channels))


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000, 44_100, 48_000])
async def test_any_rate_channels_and_frames_give_the_same_words(
    server: RunningServer, rate: int, channels: int
) -> None:
    pcm = recording(rate, channels)
    async with STT(api_url=server.url, options=ENGLISH) as plugin:
        for milliseconds in FRAMES_MS:
            heard = await _text(plugin, frames(pcm, milliseconds, rate, channels))
            assert words(heard) == words(RECORDING.text), f"frames of {milliseconds} ms"


async def _text(plugin: STT, audio: Iterable[rtc.AudioFrame]) -> str:
    async with plugin.stream() as stream:
        for frame in audio:
            stream.push_frame(frame)
        stream.end_input()
        texts = [e.alternatives[0].text async for e in stream if e.type == "final_transcript"]
    return " ".join(texts)
