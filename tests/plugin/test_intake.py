"""What a stream is given waits in order, and not without bound."""

from __future__ import annotations

import asyncio
import logging

import pytest
from livekit import rtc
from livekit.plugins.custom_stt import STTOptions
from livekit.plugins.custom_stt._backlog import Audio, Flush
from livekit.plugins.custom_stt._clock import AudioClock
from livekit.plugins.custom_stt._intake import BACKLOG_S, Intake

SECOND = rtc.AudioFrame(bytes(16_000), 8000, 1, 8000)


class Live:
    """A second goes by with each second pushed, or none."""

    def __init__(self, pace: float = 1.0) -> None:
        self.now = 1000.0
        self.clock = AudioClock(lambda: self.now, lambda: self.now)
        self.intake = Intake(STTOptions(sample_rate=8000), self.clock)
        self._pace = pace

    def push(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now += self._pace
            self.clock.pushed(SECOND.duration)
            self.intake.push(SECOND)


async def test_live_audio_that_nobody_takes_is_bounded_counted_and_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    live = Live()
    with caplog.at_level(logging.WARNING, "livekit.plugins.custom_stt"):
        live.push(int(BACKLOG_S) + 10)
    assert live.intake.dropped_s == pytest.approx(9.0, abs=1.0)
    assert live.intake.start().warm_up.position == live.intake.dropped_s * 8000
    assert [record.message for record in caplog.records] == ["audio dropped: no server takes it"]


async def test_a_drop_after_an_answer_is_logged_again(caplog: pytest.LogCaptureFixture) -> None:
    live = Live()
    with caplog.at_level(logging.WARNING, "livekit.plugins.custom_stt"):
        live.push(40)
        while isinstance(await live.intake.next(), Audio) and live.clock.lag_s() > 1:
            live.intake.covered(live.clock.processed_s + 1)
        live.push(40)
    assert len(caplog.records) == 2


async def test_a_file_pushed_at_once_is_not_dropped() -> None:
    live = Live(pace=0.0)
    live.push(600)
    assert live.intake.dropped_s == 0


async def test_next_waits_for_what_comes_and_ends_with_the_input() -> None:
    live = Live()
    waiting = asyncio.ensure_future(live.intake.next())
    await asyncio.sleep(0)
    assert not waiting.done()
    live.intake.flush()
    assert await waiting == Flush(1)
    live.intake.push(rtc.AudioFrame(bytes(20), 8000, 1, 10))
    live.intake.end()
    assert await live.intake.next() == Audio(0, bytes(20))
    assert await live.intake.next() is None
