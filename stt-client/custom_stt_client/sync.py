"""The client for programs without asyncio: the same sessions, on one event loop in one thread."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, TypeVar

from .callbacks import Callback
from .client import Client
from .events import Event
from .options import StreamOptions
from .recording import RecordingTranscript
from .session import Session, SessionLimits

T = TypeVar("T")


class SyncSession:
    """A ``Session`` whose methods wait for their result. Any thread may call any of them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __enter__(self) -> SyncSession:
        _wait(self._session.__aenter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _wait(self._session.__aexit__(kind, error, traceback))

    def __iter__(self) -> SyncSession:
        return self

    def __next__(self) -> Event:
        try:
            return _wait(self._session.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None

    def start(self) -> None:
        """Connect, where no ``with`` does. See ``Session.start``."""
        _wait(self._session.start())

    def send(self, pcm: bytes) -> None:
        """Queue audio. See ``Session.send``."""
        _wait(self._session.send(pcm))

    def flush(self) -> int:
        """Ask for a final now. See ``Session.flush``."""
        return _wait(self._session.flush())

    def finish(self) -> None:
        """End the input. See ``Session.finish``."""
        _wait(self._session.finish())

    def close(self) -> None:
        """Close at once. See ``Session.close``."""
        _wait(self._session.close())

    def update_options(self, **changes: Any) -> None:
        """Change options from the next utterance on. See ``Session.update_options``."""
        _wait(_on_the_loop(lambda: self._session.update_options(**changes)))

    def on(self, name: str, callback: Callback) -> None:
        """Register a callback. See ``Session.on``."""
        self._session.on(name, callback)

    @property
    def lag_s(self) -> float:
        """Seconds of audio that were sent in and that the server has not covered."""
        return _wait(_on_the_loop(lambda: self._session.lag_s))

    @property
    def accumulated_transcript(self) -> str:
        """The finals of the newest utterance. See ``Session.accumulated_transcript``."""
        return self._session.accumulated_transcript


class SyncClient:
    """A ``Client`` whose sessions are SyncSessions. In a running event loop it raises."""

    def __init__(self, api_url: str | None = None, *, api_key: str | None = None) -> None:
        self._client = Client(api_url, api_key=api_key)

    def stream(
        self, options: StreamOptions | None = None, limits: SessionLimits | None = None
    ) -> SyncSession:
        """Return a session to enter with ``with``."""
        return SyncSession(self._client.stream(options, limits))

    def transcribe(
        self, recording: str | os.PathLike[str] | bytes, options: StreamOptions | None = None
    ) -> RecordingTranscript:
        """Return what is said in a recording. See ``Client.transcribe``."""
        return _wait(self._client.transcribe(recording, options))


class _LoopThread:
    """The loop of all SyncClients of a process, begun when it is needed, also after a fork."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop

    def loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._loop = asyncio.new_event_loop()
                name = "custom-stt-client"
                self._thread = threading.Thread(
                    target=self._loop.run_forever, name=name, daemon=True
                )
                self._thread.start()
            return self._loop


_shared = _LoopThread()


def _wait(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run on the loop thread. An interrupt (Ctrl-C) of this thread cancels it there."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        future = asyncio.run_coroutine_threadsafe(coroutine, _shared.loop())
    else:
        coroutine.close()
        raise RuntimeError("SyncClient would block this event loop: use Client, and await it")
    try:
        return future.result()
    except BaseException:
        future.cancel()
        raise


async def _on_the_loop(function: Callable[[], T]) -> T:
    return function()
