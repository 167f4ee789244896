"""The framework's stream: frames in, speech events out. What is between is the client's."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Generator, Sequence
from typing import Any

from custom_stt_client.connection import Connection
from custom_stt_client.events import Event
from custom_stt_client.messages import Ready
from custom_stt_client.options import apply_changes
from custom_stt_client.stream import ResumingStream
from livekit import rtc
from livekit.agents import APIConnectOptions
from livekit.agents.stt import (
    STT,
    RecognitionUsage,
    RecognizeStream,
    SpeechEvent,
    SpeechEventType,
)
from livekit.agents.utils import is_given

from ._audio import downmix, pcm
from ._errors import to_api_error
from ._speech_data import no_words
from ._speech_events import SpeechEvents
from ._wall_clock import WallClock
from .log import logger
from .options import STTOptions

USAGE_S = 5.0  # audio after which usage is reported even if nobody speaks


class SpeechStream(RecognizeStream):
    """``push_frame``, ``flush`` for a final now, ``end_input``; iterate for the events.

    ``end_input()`` may be awaited or not, and called again.

    Of the framework's private names it uses ``_input_ch``, ``_event_ch``, ``_conn_options``,
    ``_run`` and ``_report_connection_acquired``.
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
        self._connect = connect
        self._on_ready = on_ready
        self._stream = ResumingStream(
            options,
            self._open_connection,
            self._emit,
            timeout_s=conn_options.timeout,
            resumes=conn_options.max_retry > 0,
            log=logger,
        )
        self.loop = self._stream.loop
        self._clock = WallClock()
        self._speech_events = SpeechEvents(self._stream.progress, self._clock)
        self._has_run = False
        self._refusal_logged = False

    @property
    def lag_s(self) -> float:
        """Seconds of audio that came in and that the server has not covered.

        In silence it says so about once a second, less the 0.7 s that the next word may need.
        """
        return self._stream.progress.lag_s()

    @property
    def dropped_s(self) -> float:
        """Seconds of audio that were given up because no server took them for too long."""
        return self._stream.dropped_s

    async def __aenter__(self) -> SpeechStream:  # typed as itself, with what it has beyond the base
        return self

    # In. Everything leaves the framework's unbounded channel at once, for the bounded outbox.

    def push_frame(self, frame: rtc.AudioFrame) -> None:
        if self._input_ch.closed and not self._refusal_logged:
            self._refusal_logged = True
            logger.warning("audio pushed after the end of input is refused")
        super().push_frame(downmix(frame))
        self._clock.pushed(self._stream.progress.pushed_s, frame.duration)
        self._stream.progress.pushed(frame.duration)
        self._take_in()

    def flush(self) -> None:
        super().flush()
        self._take_in()
        self._stream.flush()

    def end_input(self) -> Awaitable[None]:  # type: ignore[override]
        if not self._event_ch.closed and not self._input_ch.closed:
            super().flush()
            self._take_in()
        self._input_ch.close()
        self._stream.end()
        return _Done()

    def update_options(self, **changes: Any) -> None:
        """Change ``CHANGEABLE_MID_STREAM`` options from the next utterance on."""
        given = {name: value for name, value in changes.items() if is_given(value)}
        self._stream.change(apply_changes(self._stream.options, given))

    def _take_in(self) -> None:
        while not self._input_ch.empty():
            item = self._input_ch.recv_nowait()
            if isinstance(item, rtc.AudioFrame):
                self._stream.push(pcm(item))

    # Out.

    async def _run(self) -> None:
        """Run until all is said. The framework calls again after a retryable APIError."""
        if not self._has_run:  # it adds wall time later on, which is not the audio's
            self._speech_events.start_time_offset = self.start_time_offset
        self._has_run = True
        try:
            await self._stream.run()
        except Exception as error:
            raise to_api_error(error) from None
        finally:
            self._report_usage()

    async def _open_connection(self) -> Connection:
        began_at = time.perf_counter()
        connection = await self._connect(self._conn_options.timeout)
        self._report_connection_acquired(time.perf_counter() - began_at, False)
        return connection

    def _emit(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Ready):
                self._on_ready(event)
            for speech_event in self._speech_events.of(event):
                self._event_ch.send_nowait(speech_event)
                if speech_event.type is SpeechEventType.FINAL_TRANSCRIPT:
                    self._report_usage()
        if self._stream.progress.unreported_s >= USAGE_S:
            self._report_usage()

    def _report_usage(self) -> None:
        seconds = self._stream.progress.take_unreported_s()
        if seconds > 0:
            self._event_ch.send_nowait(
                SpeechEvent(
                    SpeechEventType.RECOGNITION_USAGE,
                    request_id=self._speech_events.session_id,
                    alternatives=[no_words()],
                    recognition_usage=RecognitionUsage(audio_duration=seconds),
                )
            )


class _Done:
    """An awaitable that is over, and that nobody needs to await."""

    def __await__(self) -> Generator[None, None, None]:
        return
        yield
