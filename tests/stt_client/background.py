"""A server in a thread of its own, as a real one is in another process."""

from __future__ import annotations

import asyncio
import threading
from contextlib import AbstractAsyncContextManager
from typing import Any, Generic, TypeVar

Server = TypeVar("Server", bound=AbstractAsyncContextManager[Any])


class Background(Generic[Server]):
    """``with Background(ScriptedServer(script)) as server``: for tests that have no event loop."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        async with self._server:
            self._started.set()
            await self._over.wait()

    def __enter__(self) -> Server:
        self._thread.start()
        self._started.wait(5)
        return self._server

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()
