"""Async iterators are sent to their end, closed, and their failures told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from custom_stt_client.sources import Sources


class Input:
    """Where audio goes, and what is told of it."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.failures: list[Exception] = []
        self.ended = False
        self.sources = Sources(self.send, self.failures.append)

    async def send(self, pcm: bytes) -> None:
        self.sent.append(pcm)

    async def end(self) -> None:
        self.ended = True


class Recording:
    """Two pieces of audio; then it waits for ever, raises, or ends."""

    def __init__(self, then: str = "end") -> None:
        self.is_closed = False
        self._then = then

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"ab"
        yield b"cd"
        if self._then == "wait":
            await asyncio.Event().wait()
        elif self._then == "raise":
            raise OSError("unplugged")

    async def aclose(self) -> None:
        self.is_closed = True


async def test_all_is_sent_then_it_is_closed_then_the_input_may_end() -> None:
    into, recording = Input(), Recording()
    await into.sources.add(recording, then=into.end)
    assert (into.sent, recording.is_closed, into.ended) == ([b"ab", b"cd"], True, True)


async def test_a_failure_is_told_and_ends_no_input() -> None:
    into, recording = Input(), Recording("raise")
    with pytest.raises(OSError, match="unplugged"):
        await into.sources.add(recording, then=into.end)
    assert [str(failure) for failure in into.failures] == ["unplugged"]
    assert recording.is_closed and not into.ended


async def test_one_that_is_cancelled_is_closed_and_no_failure() -> None:
    into, recording = Input(), Recording("wait")
    sending = into.sources.add(recording, then=into.end)
    while len(into.sent) < 2:  # noqa: ASYNC110  so the sending task has its turns
        await asyncio.sleep(0)
    into.sources.cancel()
    await asyncio.wait({sending})
    assert sending.cancelled() and recording.is_closed
    assert (into.failures, into.ended) == ([], False)
