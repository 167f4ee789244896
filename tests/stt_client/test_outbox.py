"""What a stream is given waits in order, and not without bound."""

from __future__ import annotations

import asyncio
import logging

import pytest
from custom_stt_client.backlog import Audio, Flush
from custom_stt_client.options import StreamOptions
from custom_stt_client.outbox import BACKLOG_S, Outbox
from custom_stt_client.progress import Progress

SECOND = bytes(16_000)


class Live:
    """A second goes by with each second pushed, or none."""

    def __init__(self, pace: float = 1.0) -> None:
        self.now = 1000.0
        self.progress = Progress(lambda: self.now)
        self.outbox = Outbox(StreamOptions(sample_rate=8000), self.progress)
        self._pace = pace

    def push(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now += self._pace
            self.progress.pushed(1.0)
            self.outbox.push(SECOND)


async def test_live_audio_that_nobody_takes_is_bounded_counted_and_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    live = Live()
    with caplog.at_level(logging.WARNING, "custom_stt_client"):
        live.push(int(BACKLOG_S) + 10)
    assert live.outbox.dropped_s == pytest.approx(9.0, abs=1.0)
    assert live.outbox.start().warm_up.position == live.outbox.dropped_s * 8000
    assert [record.message for record in caplog.records] == ["audio dropped: no server takes it"]


async def test_a_drop_after_an_answer_is_logged_again(caplog: pytest.LogCaptureFixture) -> None:
    live = Live()
    with caplog.at_level(logging.WARNING, "custom_stt_client"):
        live.push(40)
        while isinstance(await live.outbox.next(), Audio) and live.progress.lag_s() > 1:
            live.outbox.covered(live.progress.processed_s + 1)
        live.push(40)
    assert len(caplog.records) == 2


async def test_a_file_pushed_at_once_is_not_dropped() -> None:
    live = Live(pace=0.0)
    live.push(600)
    assert live.outbox.dropped_s == 0


async def test_next_waits_for_what_comes_and_ends_with_the_input() -> None:
    live = Live()
    waiting = asyncio.ensure_future(live.outbox.next())
    await asyncio.sleep(0)
    assert not waiting.done()
    live.outbox.flush()
    assert await waiting == Flush(1)
    live.outbox.push(bytes(20))
    live.outbox.end()
    assert await live.outbox.next() == Audio(0, bytes(20))
    assert await live.outbox.next() is None
