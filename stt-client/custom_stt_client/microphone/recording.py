"""One recording: a device, a session of a service, and the thread in which both meet."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import ServerTimeout, SessionClosed, SttError, to_stt_error
from ..log import logger
from ..session import Session
from .capture import Capture
from .device import AudioDevice, MicrophoneUnavailable, started
from .services import Service

CLEANUP_S = 1.0  # for what did not begin in time to let go of device and socket

NO_AUDIO = "the microphone gives no audio: is it muted, or in use by another program?"
STOPPED = "the recording was stopped before it began"
UNPLUGGED = "the microphone stopped: was it unplugged?"


class Recording:
    """It begins when it is made. ``wait_for_audio`` then, ``stop`` and ``join`` at the end.

    Any thread may call these. ``callbacks`` are called with the session's events in a thread of
    that; ``failed`` with what ends the recording early, once all is over, in this one's.
    """

    def __init__(
        self,
        device: AudioDevice,
        service: Service,
        callbacks: Mapping[str, Callable[[Any], None]],
        failed: Callable[[SttError], None],
        timeout_s: float,
    ) -> None:
        self._device = device
        self._service = service
        self._callbacks = callbacks
        self._failed = failed
        self._timeout_s = timeout_s
        self._capture = Capture()
        self._lock = threading.Lock()
        self._cancel: Callable[[], object] | None = None  # of the task, once there is one
        self.is_stopping = False
        self._waits_for_server = False
        self._flows = False
        self._is_unplugged = False
        self._failure: SttError | None = None
        self._decided = threading.Event()  # audio flows, or never will
        self._over = threading.Event()  # device and session are closed
        self._callers: set[int] = set()  # threads that callbacks run in
        self._thread = threading.Thread(
            target=self._main, name="custom-stt-microphone", daemon=True
        )
        self._thread.start()

    @property
    def is_active(self) -> bool:
        """Tell if audio flows."""
        return self._flows and not self.is_stopping and not self._over.is_set()

    @property
    def is_over(self) -> bool:
        """Tell if device and session are closed."""
        return self._over.is_set()

    def wait_for_audio(self) -> None:
        """Return once the session is ready and audio flows. Raises SttError where it does not."""
        if not self._decided.wait(self._timeout_s):
            late = ServerTimeout() if self._waits_for_server else MicrophoneUnavailable(NO_AUDIO)
            self._failure = late
            self.stop()
            self._thread.join(CLEANUP_S)
            raise late
        if self._failure is not None and not self._flows:
            raise self._failure

    def stop(self) -> None:
        """End the input; at once, where the session is not open yet. Harmless when repeated."""
        with self._lock:
            self.is_stopping = True
            cancel = None if self._flows else self._cancel
        self._capture.end()
        if cancel is not None:
            cancel()

    def join(self) -> None:
        """Wait for what is owed, and for the thread; in a callback this returns at once."""
        if threading.get_ident() not in self._callers:
            self._thread.join()

    def _main(self) -> None:
        try:
            asyncio.run(self._record())
        except asyncio.CancelledError:  # by stop()
            pass
        except Exception as error:
            self._failure = self._failure or to_stt_error(error, logger)
        if not self._flows:
            self._failure = self._failure or SessionClosed(STOPPED)
        self._over.set()
        self._decided.set()
        if self._flows and self._failure is not None:
            self._callers.add(threading.get_ident())
            self._failed(self._failure)

    async def _record(self) -> None:
        self._let_cancel()
        self._capture.open()
        try:
            rate = started(self._device, self._capture.put, self._device_ended)
            self._waits_for_server = True
            async with self._session(rate) as session:
                self._waits_for_server = False
                await self._send(session)
                self._device.stop()  # before what is owed is waited for
        finally:
            self._device.stop()
        if self._is_unplugged:
            raise MicrophoneUnavailable(UNPLUGGED)

    def _let_cancel(self) -> None:
        """Let ``stop`` cancel this task; it may have been called before there was one."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None

        def cancel() -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: all is over
                loop.call_soon_threadsafe(task.cancel)

        with self._lock:
            self._cancel = cancel
            if self.is_stopping:
                raise asyncio.CancelledError

    def _session(self, sample_rate: int) -> Session:
        session = self._service.stream(sample_rate, self._timeout_s)
        for name, callback in self._callbacks.items():
            session.on(name, self._noting_its_thread(callback))
        return session

    def _noting_its_thread(self, callback: Callable[[Any], None]) -> Callable[[Any], None]:
        def call(told: Any) -> None:
            self._callers.add(threading.get_ident())
            callback(told)

        return call

    async def _send(self, session: Session) -> None:
        """Send until the capture ends. Why the session has failed is raised by leaving it."""
        with contextlib.suppress(SttError):
            while (pcm := await self._capture.next()) is not None:
                await session.send(pcm)
                self._note_flow()

    def _note_flow(self) -> None:
        if not self._flows:
            with self._lock:  # else stop() could cancel a recording that has just begun
                self._flows = not self.is_stopping
            if self._flows:
                self._decided.set()

    def _device_ended(self) -> None:
        self._is_unplugged = not self.is_stopping
        self._capture.end()
