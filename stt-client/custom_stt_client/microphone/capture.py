"""Audio on its way from the device's thread to an event loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque

MAX_PIECES = 3000  # 30 s of 10 ms each, while a session opens; then they leave as they come


class Capture:
    """``put`` and ``end`` from any thread, and never wait; ``open`` and ``next`` on one loop."""

    def __init__(self) -> None:
        self._pieces: deque[bytes] = deque(maxlen=MAX_PIECES)  # the oldest goes first
        self._is_over = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news: asyncio.Event

    def open(self) -> None:
        """Let ``next`` be called on the running loop."""
        self._news = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def put(self, pcm: bytes) -> None:
        self._pieces.append(pcm)
        self._wake()

    def end(self) -> None:
        """Let ``next`` return None, behind the audio that is there."""
        self._is_over = True
        self._wake()

    async def next(self) -> bytes | None:
        """Wait for the next piece; None at the end.

        No wake-up is missed: the event is set by the loop alone, so never between a look at the
        pieces and ``clear``. What came before the look is found, what comes after it wakes.
        """
        while not self._pieces and not self._is_over:
            self._news.clear()
            await self._news.wait()
        return self._pieces.popleft() if self._pieces else None

    def _wake(self) -> None:
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
                self._loop.call_soon_threadsafe(self._news.set)
