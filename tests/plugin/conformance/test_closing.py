"""``aclose()`` at any moment: it is over at once, here and at the server."""

import asyncio
import random

import pytest
from livekit import rtc
from livekit.agents import APIConnectOptions
from livekit.plugins.custom_stt import STT, SpeechStream

from stt_testing.chaos_proxy import ChaosProxy
from stt_testing.local_app import local_app
from stt_testing.sound import pcm, silence, speech
from stt_testing.waiting import until

SENTENCE = pcm(speech(1.0), silence(0.6))
FRAME = rtc.AudioFrame(SENTENCE, 16_000, 1, len(SENTENCE) // 2)
ONCE = APIConnectOptions(max_retry=0, timeout=5)


@pytest.mark.parametrize("ends_input", [False, True])
@pytest.mark.parametrize("model_is_busy", [False, True])
async def test_a_closed_stream_is_over_within_half_a_second_and_frees_its_place(
    model_is_busy: bool, ends_input: bool
) -> None:
    choose = random.Random(1)
    async with local_app(max_sessions=1) as app, STT(api_url=app.url) as plugin:
        if model_is_busy:
            app.model.gate.clear()
        for _ in range(20):
            stream = plugin.stream(conn_options=ONCE)
            for _ in range(choose.randrange(4)):
                stream.push_frame(FRAME)
            if ends_input:
                stream.end_input()
            await asyncio.sleep(choose.choice([0.0, 0.001, 0.01, 0.1]))
            assert await _seconds_to_close(stream) < 0.5
            await until(lambda: not app.service.sessions, timeout_s=0.5)


async def test_so_is_one_whose_server_has_gone_silent() -> None:
    async with (
        local_app() as app,
        ChaosProxy(app.url).running() as proxy,
        STT(api_url=proxy.url) as plugin,
    ):
        stream = plugin.stream(conn_options=ONCE)
        await until(lambda: app.service.sessions)
        proxy.half_open()
        stream.push_frame(FRAME)
        assert await _seconds_to_close(stream) < 0.5


async def test_so_is_one_that_waits_to_connect_again() -> None:
    async with (
        local_app() as app,
        ChaosProxy(app.url).running() as proxy,
        STT(api_url=proxy.url) as plugin,
    ):
        stream = plugin.stream()
        await until(lambda: app.service.sessions)
        proxy.refusing = True
        proxy.reset()
        await until(lambda: proxy.connections >= 4)
        assert await _seconds_to_close(stream) < 0.5


async def _seconds_to_close(stream: SpeechStream) -> float:
    now = asyncio.get_running_loop().time
    began_at = now()
    await stream.aclose()
    return now() - began_at
