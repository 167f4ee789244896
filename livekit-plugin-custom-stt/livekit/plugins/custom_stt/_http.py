"""Which aiohttp session a connection is opened in, and who closes it."""

from __future__ import annotations

import asyncio

import aiohttp
from livekit.agents import utils


class HttpSessions:
    """Cases: the user's, the job's, our own.

    Our own is one for each event loop: an STT belongs to no loop, but an aiohttp session does, and
    ``asyncio.run`` makes a loop of its own each time.
    """

    def __init__(self, users: aiohttp.ClientSession | None) -> None:
        self._users = users
        self._own: dict[asyncio.AbstractEventLoop, aiohttp.ClientSession] = {}

    async def current(self) -> aiohttp.ClientSession:
        if self._users is not None:
            return self._users
        try:
            return utils.http_context.http_session()
        except RuntimeError:  # not in a job
            await self._close_left_behind()
        loop = asyncio.get_running_loop()
        if loop not in self._own or self._own[loop].closed:
            self._own[loop] = aiohttp.ClientSession()
        return self._own[loop]

    async def aclose(self) -> None:
        """Close our own, but not that of another loop that still runs."""
        await self._close_left_behind()
        if own := self._own.pop(asyncio.get_running_loop(), None):
            await own.close()

    async def _close_left_behind(self) -> None:
        """Close those of loops that are over. What is left to close of them is no socket."""
        for loop in [loop for loop in self._own if loop.is_closed()]:
            await self._own.pop(loop).close()
