"""Callbacks for a session's events, called one after another beside the stream."""

from __future__ import annotations

import asyncio
import inspect
import traceback
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, get_args

from .accumulator import Accumulator
from .errors import CallbackFailed, SlowConsumer
from .event_buffer import EventBuffer
from .events import Event
from .log import logger
from .messages import Transcript

Callback = Callable[[Any], Awaitable[object] | object]

NAMES = (
    "transcript",
    "partial_transcript",
    "error",
    *(kind.type for kind in get_args(Event) if kind is not Transcript),
)


class Callbacks:
    """Call functions with the events of their type, in the order of events and registration.

    A function is called in a thread of the session's own, one at a time, so that a slow one holds
    up neither the stream nor the event loop; an async one is awaited on that loop. "error" is
    called with the SttError that ends the session, and with a CallbackFailed for each exception
    that another callback raises, which stops nothing.
    """

    def __init__(self, max_events: int) -> None:
        self.called = Accumulator()
        self._callbacks: dict[str, list[Callback]] = {}
        self._events = EventBuffer(max_events, "drop_interims")
        self._loop: asyncio.AbstractEventLoop | None = None  # of the session, once it has begun
        self._dispatching: asyncio.Task[None] | None = None
        self._thread: ThreadPoolExecutor | None = None

    @property
    def are_there(self) -> bool:
        """Tell if there is a callback at all."""
        return bool(self._callbacks)

    def on(self, name: str, callback: Callback) -> None:
        """Register a callback, from any thread. Raises ValueError for a name of no event."""
        if name not in NAMES:
            raise ValueError(f"{name!r} is no event; allowed: {', '.join(sorted(NAMES))}")
        self._callbacks.setdefault(name, []).append(callback)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._dispatch)

    def start(self) -> None:
        """Begin on the running loop."""
        self._loop = asyncio.get_running_loop()
        if self._callbacks:
            self._dispatch()

    def put(self, event: Event) -> None:
        """Hand on an event; where callbacks are too slow, interims are lost first."""
        if not self._callbacks:
            return
        try:
            self._events.put(event)
        except SlowConsumer as error:
            self._events.close(error)

    def end(self, failure: Exception | None) -> None:
        """Stop behind the events that are there, and behind the failure that ended the session."""
        self._events.close(failure)

    async def all_called(self, timeout_s: float) -> None:
        """Wait until callbacks were called with all events, but not for ever."""
        if self._dispatching is not None:
            await asyncio.wait({self._dispatching}, timeout=timeout_s)

    async def close(self) -> None:
        """Stop at once. A function that runs in the thread is not waited for, and may call this."""
        self.end(None)
        if self._dispatching is None or self._dispatching is asyncio.current_task():
            return
        self._dispatching.cancel()
        await asyncio.wait({self._dispatching})

    def _dispatch(self) -> None:
        if self._dispatching is None:
            self._dispatching = asyncio.create_task(self._run())

    async def _run(self) -> None:
        logger.info("callbacks started")
        try:
            while (event := await self._events.next()) is not None:
                self.called.add(event)
                await self._call(event.type, event)
        except Exception as error:
            await self._call("error", error)
        finally:
            if self._thread is not None:
                self._thread.shutdown(wait=False)
            logger.info("callbacks stopped")

    async def _call(self, name: str, told: object) -> None:
        for callback in tuple(self._callbacks.get(name, ())):
            try:
                await self._call_one(callback, told)
            except Exception as error:
                await self._report(name, error)

    async def _call_one(self, callback: Callback, told: object) -> None:
        if inspect.iscoroutinefunction(callback):
            await callback(told)
            return
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "custom-stt-callbacks")
        result = await asyncio.get_running_loop().run_in_executor(self._thread, callback, told)
        if inspect.isawaitable(result):  # of an object that is called like an async function
            await result

    async def _report(self, name: str, error: Exception) -> None:
        where = "".join(traceback.format_tb(error.__traceback__))  # without the error's text
        extra = {"event": name, "error_type": type(error).__name__, "traceback": where}
        logger.error("a callback failed", extra=extra)
        if name != "error":
            failure = CallbackFailed(name)
            failure.__cause__ = error
            await self._call("error", failure)
