"""One stream of audio as an async iterator of what is said in it, and as callbacks."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from .audio import BYTES_PER_SAMPLE
from .callbacks import Callback
from .delivery import Delivery
from .errors import ServerTimeout, SessionClosed, SlowConsumer, to_stt_error
from .event_buffer import Overflow
from .events import AudioDropped, Event
from .log import logger
from .options import StreamOptions, apply_changes
from .sources import Sources
from .stream import Connect, ResumingStream

NOT_BEGUN = "the session has not begun: enter it with `async with`, or await start()"
OVER = "the session's input has ended: a session is used once, open another"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    """How long a session waits, in seconds, and how much it holds."""

    timeout_s: float = 10.0  # for the server's greeting, and for an outage without progress
    drain_timeout_s: float = 10.0  # for what is owed when the block is left
    resumes: bool = True  # False: a lost connection ends the session
    max_events: int = 1000  # that wait to be read
    overflow: Overflow = "error"  # what becomes of more; "drop_interims": they are lost first


class Session:
    """Audio in, events out: ``async with client.stream() as session``. A session is used once.

    Entering connects, and raises SttError where that fails. Leaving the block ends the input, waits
    for what is owed, and closes; leaving it by an exception closes at once. Events that came
    meanwhile can be read after that. A failure ends the iteration with an SttError; one that no
    iteration has met is raised by leaving the block.

    Methods belong to the event loop that the session was opened on, but for ``on``.
    """

    def __init__(
        self,
        prepare: Callable[[contextlib.AsyncExitStack], Awaitable[Connect]],
        options: StreamOptions,
        limits: SessionLimits,
    ) -> None:
        """``prepare`` gives what connects; what that needs is closed with the session."""
        self._prepare = prepare
        self._limits = limits
        self._options = options
        self._stream: ResumingStream | None = None
        self._running: asyncio.Task[None] | None = None
        self._greeted = asyncio.Event()
        self._input_ended = False
        self._failure: Exception | None = None
        self._sources = Sources(self.send, self._source_failed)
        self._delivery = Delivery(limits.max_events, limits.overflow)
        self._dropped_s = 0.0

    # From beginning to end.

    async def __aenter__(self) -> Session:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            await self.close()
            return
        await self._drain()
        if failure := self._delivery.take_failure():
            raise failure

    async def start(self) -> None:
        """Connect. Return when the server is ready; at once if it was. Raises SttError."""
        if self._running is None:
            if self._input_ended:
                raise SessionClosed(OVER)
            self._running = asyncio.create_task(self._run())
        greeted = asyncio.create_task(self._greeted.wait())
        try:  # the stream ends ungreeted where no server is found, or it refuses
            await asyncio.wait({greeted, self._running}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await self.close()
            raise
        finally:
            greeted.cancel()
        if not self._greeted.is_set() and (failure := self._delivery.take_failure()):
            raise failure

    async def finish(self) -> None:
        """End the input, also that of ``send_from``. What is owed still comes, then the end."""
        stream = self._open_stream()
        self._input_ended = True
        stream.end()
        self._sources.cancel()

    async def close(self) -> None:
        """Close at once; what is owed is lost. The iteration ends. Harmless when repeated."""
        self._input_ended = True
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait({self._running})
        await self._delivery.close()

    # Audio in.

    async def send(self, pcm: bytes) -> None:
        """Queue 16-bit little-endian mono audio at the options' rate; of any length, all or none.

        Waits while audio comes faster than it can be sent. Live audio never waits: where no server
        takes it for 30 s, the oldest is dropped, and AudioDropped tells so.
        """
        await self._input().has_room()
        stream = self._input()
        stream.progress.pushed(len(pcm) / BYTES_PER_SAMPLE / stream.options.sample_rate)
        stream.push(pcm)
        self._note_drops()

    def send_from(self, audio: AsyncIterable[bytes], *, finish: bool = False) -> Awaitable[None]:
        """Send all that an async iterator gives, beside the iteration of events, and close it.

        It goes on by itself, at most until the input is ended or the block is left; await what this
        returns to wait for its end. ``finish`` ends the input after it. If the iterator fails, so
        does the session.
        """
        return self._sources.add(audio, then=self.finish if finish else None)

    async def flush(self) -> int:
        """Ask for a final of what was sent, now. Return the ``id`` of the Flushed that answers."""
        return self._input().flush()

    def update_options(self, **changes: Any) -> None:
        """Change ``CHANGEABLE_MID_STREAM`` options from the next utterance on."""
        stream = self._input()
        stream.change(apply_changes(stream.options, changes))

    @property
    def lag_s(self) -> float:
        """Seconds of audio that were sent in and that the server has not covered."""
        return self._open_stream().progress.lag_s()

    # Events out.

    def __aiter__(self) -> Session:
        self._delivery.is_iterated = True
        return self

    async def __anext__(self) -> Event:
        """Return the next event. Cancelling this, by a timeout say, loses none."""
        self._delivery.is_iterated = True
        event = await self._delivery.next()
        if event is None:
            raise StopAsyncIteration
        return event

    @property
    def accumulated_transcript(self) -> str:
        """The finals of the newest utterance, joined, as far as events were read.

        At an UtteranceEnd it is all that was said in the utterance. Where events are not iterated,
        it is as far as callbacks were called.
        """
        return self._delivery.accumulated_transcript

    def on(self, name: str, callback: Callback) -> None:
        """Call a function, or an async one, with each event of this type; from any thread.

        See ``Callbacks``. Once there is one, no events wait for an iteration that has not begun.
        """
        self._delivery.on(name, callback)

    # The stream.

    async def _run(self) -> None:
        failure: Exception | None = None
        try:
            async with contextlib.AsyncExitStack() as resources:
                connect = await self._prepare(resources)
                self._stream = ResumingStream(
                    self._options,
                    connect,
                    self._emit,
                    timeout_s=self._limits.timeout_s,
                    resumes=self._limits.resumes,
                )
                self._delivery.start()
                await self._stream.run()
        except Exception as error:
            failure = to_stt_error(error, logger)
        finally:
            self._end(failure)

    def _end(self, failure: Exception | None) -> None:
        """Let who waits for events or for room find that there will be none."""
        self._input_ended = True
        self._failure = self._failure or failure
        if self._stream is not None:
            self._stream.end()
        self._sources.cancel()
        self._delivery.end(failure)

    def _fail(self, error: Exception) -> None:
        """End the session by an error that the server knows nothing of."""
        self._end(error)
        if self._running is not None:
            self._running.cancel()

    async def _drain(self) -> None:
        """End the input, and wait for what is owed. Nobody reads meanwhile: interims may go."""
        self._delivery.nobody_reads()
        await self.finish()
        assert self._running is not None
        timeout_s = self._limits.drain_timeout_s
        try:
            await asyncio.wait({self._running}, timeout=timeout_s)
            if in_time := self._running.done():
                await self._delivery.all_called(timeout_s)
        finally:
            await self.close()
        if not in_time:
            raise ServerTimeout("the server did not answer all audio in time")

    def _emit(self, events: Sequence[Event]) -> None:
        for event in events:
            if event.type == "ready":
                self._greeted.set()
            self._put(event)
        self._note_drops()

    def _put(self, event: Event) -> None:
        try:
            self._delivery.put(event)
        except SlowConsumer as error:
            self._fail(error)

    def _source_failed(self, error: Exception) -> None:
        if not self._input_ended:  # else it only found that nothing can be sent any more
            self._fail(error)

    def _note_drops(self) -> None:
        stream = self._open_stream()
        before_s, self._dropped_s = self._dropped_s, stream.dropped_s
        if self._dropped_s > before_s:
            self._put(AudioDropped(self._dropped_s - before_s))

    def _open_stream(self) -> ResumingStream:
        if self._stream is None:
            raise SessionClosed(NOT_BEGUN)
        if self._stream.loop is not asyncio.get_running_loop():
            raise RuntimeError("this session belongs to another event loop: use SyncClient")
        return self._stream

    def _input(self) -> ResumingStream:
        stream = self._open_stream()
        if self._failure is not None:
            raise self._failure
        if self._input_ended:
            raise SessionClosed(OVER)
        return stream
