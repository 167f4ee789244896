"""One stream of audio to the server: the framework's input channel in, speech events out.

Audio that a broken connection had taken and not answered is not sent again.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Awaitable, Callable, Generator
from typing import Any

from livekit import rtc
from livekit.agents import APIConnectOptions
from livekit.agents.stt import (
    STT,
    RecognitionUsage,
    RecognizeStream,
    SpeechEvent,
    SpeechEventType,
)

from ._audio import BYTES_PER_SAMPLE, Chunks, downmix
from ._clock import AudioClock
from ._connection import Connection
from ._conversation import converse
from ._errors import to_api_error
from ._messages import Json, Ready, configure, finalize, reconfigure
from ._turns import Turns
from .log import logger
from .options import STTOptions, apply_changes

USAGE_S = 5.0  # audio after which usage is reported even if nobody speaks


class SpeechStream(RecognizeStream):
    """``push_frame``, ``flush`` for a final now, ``end_input``; iterate for the events.

    ``end_input()`` may be awaited or not, and called again.
    """

    def __init__(
        self,
        *,
        stt: STT[Any],
        options: STTOptions,
        conn_options: APIConnectOptions,
        connect: Callable[[float], Awaitable[Connection]],
        on_ready: Callable[[Ready], None],
    ) -> None:
        super().__init__(stt=stt, conn_options=conn_options, sample_rate=options.sample_rate)
        self._options = options
        self._connect = connect
        self._on_ready = on_ready
        self._clock = AudioClock(options.sample_rate)
        self._chunks = Chunks(options.sample_rate)
        self._flush_ids = itertools.count(1)
        self._runs = 0
        self._refusal_logged = False

    def push_frame(self, frame: rtc.AudioFrame) -> None:
        if self._input_ch.closed and not self._refusal_logged:
            self._refusal_logged = True
            logger.warning("audio pushed after the end of input is refused")
        super().push_frame(downmix(frame))
        self._clock.pushed(frame.duration)

    def end_input(self) -> Awaitable[None]:  # type: ignore[override]
        if self._event_ch.closed:  # the stream has failed: nothing to flush to
            self._input_ch.close()
        elif not self._input_ch.closed:
            super().end_input()
        return _Done()

    def update_options(self, **changes: Any) -> None:
        """Change ``CHANGEABLE_MID_STREAM`` options from the next utterance on."""
        before, self._options = self._options, apply_changes(self._options, changes)
        if self._options != before and not self._input_ch.closed:
            self._input_ch.send_nowait(_Reconfigure(reconfigure(before, self._options)))

    async def _run(self) -> None:
        """One connection. The framework calls again after a retryable APIError."""
        if self._runs == 0:  # it adds wall time later on, which is not the audio's
            self._clock.start_time_offset = self.start_time_offset
        self._runs += 1
        try:
            await self._run_connection()
        except Exception as error:
            raise to_api_error(error) from None

    async def _run_connection(self) -> None:
        began_at = time.perf_counter()
        connection = await self._connect(self._conn_options.timeout)
        self._report_connection_acquired(time.perf_counter() - began_at, False)
        self._clock.connected()
        turns = Turns(self._clock)
        sending, receiving = self._send(connection, turns), self._receive(connection, turns)
        try:
            await converse(connection, sending, receiving, self._conn_options.timeout)
        finally:
            self._emit(turns.finish(), turns)
            self._report_usage(turns)
            await connection.close()

    async def _send(self, connection: Connection, turns: Turns) -> None:
        await connection.send(configure(self._options))
        await self._send_pending(connection, turns)
        async for item in self._input_ch:
            if isinstance(item, _Reconfigure):
                await connection.send(item.message)
            elif isinstance(item, self._FlushSentinel):
                await self._send_flush(connection, turns)
            else:
                self._chunks.push(item)
                await self._send_pending(connection, turns)
        await connection.end()

    async def _send_pending(self, connection: Connection, turns: Turns) -> None:
        pending = self._chunks.pending
        while pending:
            await connection.send_audio(pending[0])
            self._clock.sent(len(pending.popleft()) // BYTES_PER_SAMPLE)
            if self._clock.unreported_s() >= USAGE_S:
                self._report_usage(turns)

    async def _send_flush(self, connection: Connection, turns: Turns) -> None:
        self._chunks.flush()
        await self._send_pending(connection, turns)
        if self._input_ch.closed and self._input_ch.empty():
            return  # end_input's own flush: end_of_stream, sent next, finalizes as well
        flush_id = next(self._flush_ids)
        turns.flush_sent(flush_id)
        await connection.send(finalize(flush_id))

    async def _receive(self, connection: Connection, turns: Turns) -> None:
        async for message in connection.messages(self._conn_options.timeout):
            if isinstance(message, Ready):
                self._on_ready(message)
            self._emit(turns.receive(message), turns)

    def _emit(self, events: list[SpeechEvent], turns: Turns) -> None:
        for event in events:
            self._event_ch.send_nowait(event)
        if any(event.type is SpeechEventType.FINAL_TRANSCRIPT for event in events):
            self._report_usage(turns)

    def _report_usage(self, turns: Turns) -> None:
        seconds = self._clock.take_unreported_s()
        if seconds > 0:
            self._event_ch.send_nowait(
                SpeechEvent(
                    SpeechEventType.RECOGNITION_USAGE,
                    request_id=turns.session_id,
                    recognition_usage=RecognitionUsage(audio_duration=seconds),
                )
            )


class _Reconfigure(RecognizeStream._FlushSentinel):
    """Travels in the input channel, so that a change keeps its place in the audio."""

    def __init__(self, message: Json) -> None:
        self.message = message


class _Done:
    """An awaitable that is over, and that nobody needs to await."""

    def __await__(self) -> Generator[None, None, None]:
        return
        yield
