"""Hours in which nobody speaks: the stream lives, memory is flat, and then a word is heard."""

import asyncio

import psutil
import pytest
from livekit import rtc
from livekit.agents.stt import SpeechEventType as Type
from livekit.plugins.custom_stt import STT, SpeechStream

from stt_api.limits import Limits
from stt_testing.listening import frames
from stt_testing.local_app import local_app
from stt_testing.sound import pcm, silence, speech

from . import fast_time
from .scale import SILENCE_H

SESSION_H = SILENCE_H / 3  # the server's limit: the connection is renewed on the way
PART_S = SILENCE_H * 3600 / 8  # with frames of silence, then muted, and so on
TWO_SECONDS = rtc.AudioFrame(bytes(64_000), 16_000, 1, 32_000)
WORD = pcm(speech(1.0), silence(1.0))


@pytest.mark.timeout(900)
def test_a_word_after_hours_of_silence_is_heard() -> None:
    fast_time.run(_stay_silent_and_speak())


async def _stay_silent_and_speak() -> None:
    limits = Limits(idle_timeout_s=30.0, max_session_s=SESSION_H * 3600)
    async with local_app(limits) as app, STT(api_url=app.url) as plugin:
        stream = plugin.stream()
        sizes = [await _be_silent(stream, muted=part % 2 == 1) for part in range(8)]
        for frame in frames(WORD):
            stream.push_frame(frame)
        stream.end_input()
        events = [event async for event in stream if event.type is not Type.RECOGNITION_USAGE]
    print(f"after each eighth of {SILENCE_H} h: {[f'{size / 1e6:.1f} MB' for size in sizes]}")
    told = [(event.type.name[0], event.alternatives[0].text) for event in events]
    assert [one for one in told if one[0] != "I"] == [("S", ""), ("F", "heard"), ("E", "")]
    assert stream.dropped_s == 0
    assert max(sizes) - sizes[1] < 10e6


async def _be_silent(stream: SpeechStream, muted: bool) -> int:
    """Returns the memory of this process, which is the server's too."""
    now = asyncio.get_running_loop().time
    ends_at = now() + PART_S
    while now() < ends_at:
        if not muted:
            stream.push_frame(TWO_SECONDS)
        await asyncio.sleep(TWO_SECONDS.duration)
    return psutil.Process().memory_info().rss
