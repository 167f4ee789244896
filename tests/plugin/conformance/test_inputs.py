"""The same words whatever the shape of the input."""

import numpy as np
import pytest
import soxr
from livekit import rtc
from livekit.plugins.custom_stt import STT
from plugin.conformance.listening import ENGLISH

from local_server import RunningServer
from speech import SAMPLE_RATE, recordings, to_pcm, words

[RECORDING] = recordings("short02")
FRAMES_MS = (10, 20, 100, 500)


def frames(rate: int, channels: int, milliseconds: int) -> list[rtc.AudioFrame]:
    """The recording on every channel; the last frame may be shorter."""
    mono = soxr.resample(RECORDING.samples(), SAMPLE_RATE, rate)
    pcm = to_pcm(np.repeat(mono, channels))
    size = 2 * channels * (rate * milliseconds // 1000)
    pieces = (pcm[offset : offset + size] for offset in range(0, len(pcm), size))
    return [rtc.AudioFrame(piece, rate, channels, len(piece) // 2 // channels) for piece in pieces]


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000, 44_100, 48_000])
async def test_any_rate_channels_and_frames_give_the_same_words(
    server: RunningServer, rate: int, channels: int
) -> None:
    async with STT(api_url=server.url, options=ENGLISH) as plugin:
        for milliseconds in FRAMES_MS:
            heard = await _text(plugin, frames(rate, channels, milliseconds))
            assert words(heard) == words(RECORDING.text), f"frames of {milliseconds} ms"


async def _text(plugin: STT, audio: list[rtc.AudioFrame]) -> str:
    async with plugin.stream() as stream:
        for frame in audio:
            stream.push_frame(frame)
        stream.end_input()
        texts = [e.alternatives[0].text async for e in stream if e.type == "final_transcript"]
    return " ".join(texts)
