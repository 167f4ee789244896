"""A real server that can be stopped or killed, and started again at its address."""

import asyncio
from contextlib import ExitStack

from stt_testing.local_server import RunningServer, running_server


class MortalServer:
    """``async with MortalServer() as server``; ``restart`` while clients talk to it."""

    def __init__(self, **settings: str) -> None:
        self._settings = settings
        self._stack = ExitStack()
        self._server: RunningServer
        self.url = ""

    async def start(self) -> None:
        """Return when it is ready."""
        running = running_server(**self._settings)
        self._server = await asyncio.to_thread(self._stack.enter_context, running)
        self.url = self._server.url
        self._settings["STT_PORT"] = self.url.rpartition(":")[2]

    async def stop(self, *, kill: bool) -> None:
        """With a word to its clients, or without one."""
        if kill:
            self._server.process.kill()
        await asyncio.to_thread(self._stack.close)

    async def restart(self, *, kill: bool) -> None:
        await self.stop(kill=kill)
        await self.start()

    async def __aenter__(self) -> "MortalServer":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self._stack.close)
