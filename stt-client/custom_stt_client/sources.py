"""Async iterators of audio that are sent beside the iteration of events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable


class Sources:
    """``failed`` is told of an iterator that raises; one that is cancelled is no failure."""

    def __init__(
        self, send: Callable[[bytes], Awaitable[None]], failed: Callable[[Exception], None]
    ) -> None:
        self._send = send
        self._failed = failed
        self._sending: set[asyncio.Task[None]] = set()

    def add(
        self, audio: AsyncIterable[bytes], then: Callable[[], Awaitable[None]] | None
    ) -> asyncio.Task[None]:
        """Begin to send all that an iterator gives; then close it, and call ``then``."""
        sending = asyncio.create_task(self._send_all(audio, then))
        self._sending.add(sending)
        sending.add_done_callback(self._is_over)
        return sending

    def cancel(self) -> None:
        """Send no more, of any but the one that calls this."""
        for sending in self._sending - {asyncio.current_task()}:
            sending.cancel()

    async def _send_all(
        self, audio: AsyncIterable[bytes], then: Callable[[], Awaitable[None]] | None
    ) -> None:
        close = getattr(audio, "aclose", None)
        try:
            async for pcm in audio:
                await self._send(pcm)
        finally:
            if close is not None:
                await close()
        if then is not None:
            await then()

    def _is_over(self, sending: asyncio.Task[None]) -> None:
        self._sending.discard(sending)
        error = None if sending.cancelled() else sending.exception()
        if isinstance(error, Exception):
            self._failed(error)
