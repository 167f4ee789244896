"""One stream of audio to the server: frames in, speech events out, over as many connections as
it takes. What a lost connection had not answered, the next one hears again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Generator, Iterable
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

from ._audio import downmix
from ._clock import AudioClock
from ._connection import Connection
from ._conversation import converse
from ._errors import to_api_error
from ._intake import Intake, Start
from ._leg import Carried, Leg
from ._messages import Configured, Finalized, Message, Ready, ServerError, covered_s
from ._patience import Patience
from ._sender import Sender
from ._speech_data import no_words
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
        self.loop = asyncio.get_running_loop()
        self._options = options
        self._connect = connect
        self._on_ready = on_ready
        self._clock = AudioClock(monotonic=self.loop.time)
        self._intake = Intake(options, self._clock)
        self._turns = Turns(self._clock)
        self._patience = Patience(conn_options)
        self._runs = 0
        self._refusal_logged = False

    @property
    def lag_s(self) -> float:
        """Seconds of audio that came in and that the server has not covered.

        In silence it says so about once a second, less the 0.7 s that the next word may need.
        """
        return self._clock.lag_s()

    @property
    def dropped_s(self) -> float:
        """Seconds of audio that were given up because no server took them for too long."""
        return self._intake.dropped_s

    # In. Everything leaves the framework's unbounded channel at once, for the bounded intake.

    def push_frame(self, frame: rtc.AudioFrame) -> None:
        if self._input_ch.closed and not self._refusal_logged:
            self._refusal_logged = True
            logger.warning("audio pushed after the end of input is refused")
        super().push_frame(downmix(frame))
        self._clock.pushed(frame.duration)
        self._take_in()

    def flush(self) -> None:
        super().flush()
        self._take_in()
        self._intake.flush()

    def end_input(self) -> Awaitable[None]:  # type: ignore[override]
        if not self._event_ch.closed and not self._input_ch.closed:
            super().flush()
            self._take_in()
        self._input_ch.close()
        self._intake.end()
        return _Done()

    def update_options(self, **changes: Any) -> None:
        """Change ``CHANGEABLE_MID_STREAM`` options from the next utterance on."""
        before, self._options = self._options, apply_changes(self._options, changes)
        if self._options != before:
            self._intake.change(self._options)

    def _take_in(self) -> None:
        while not self._input_ch.empty():
            item = self._input_ch.recv_nowait()
            if isinstance(item, rtc.AudioFrame):
                self._intake.push(item)

    # Connections.

    async def _run(self) -> None:
        """Until all is said. The framework calls again after a retryable APIError."""
        if self._runs == 0:  # it adds wall time later on, which is not the audio's
            self._clock.start_time_offset = self.start_time_offset
        self._runs += 1
        self._patience.begin()
        try:
            while not await self._run_connection():
                pass
        finally:
            self._emit(self._turns.finish())
            self._report_usage()

    async def _run_connection(self) -> bool:
        """Whether all is said. If not, another connection is worth a try."""
        now = asyncio.get_running_loop().time
        try:
            await asyncio.sleep(self._patience.pause_s(now()))
            await self._converse()
        except Exception as error:
            self._patience.failed(lost := to_api_error(error), now())
            logger.warning("resuming", extra={"error": lost.message, "lag_s": self.lag_s})
            return False
        return True

    async def _converse(self) -> None:
        began_at = time.perf_counter()
        connection = await self._connect(self._conn_options.timeout)
        self._report_connection_acquired(time.perf_counter() - began_at, False)
        start = self._intake.start()
        leg = self._leg(start)
        sender = Sender(connection, start, leg, self._turns, self._clock)
        sending, receiving = sender.send(self._intake), self._receive(connection, leg, sender)
        watching = self._intake.watch(lambda: connection.messages_received)
        try:
            await converse(connection, sending, receiving, self._conn_options.timeout, watching)
        finally:
            self._intake.rewind()
            self._emit(self._turns.interrupted())
            await connection.close()

    def _leg(self, start: Start) -> Leg:
        turns, rate = self._turns, start.options.sample_rate
        carried = None
        if cut := turns.open:
            carried = Carried(cut.number, cut.start_s, cut.end_s, self._clock.sent_s)
        return Leg(rate, start.warm_up.position, turns.newest + 1, carried)

    # Out.

    async def _receive(self, connection: Connection, leg: Leg, sender: Sender) -> None:
        async for message in connection.messages(self._conn_options.timeout):
            self._follow(message, sender)
            for translated in leg.translate(message):
                self._emit(self._turns.receive(translated))
                self._settle(translated)
            if self._clock.unreported_s >= USAGE_S:
                self._report_usage()

    def _follow(self, message: Message, sender: Sender) -> None:
        """What is said of the session."""
        if isinstance(message, Ready):
            self._patience.greeted(self.loop.time())
            self._on_ready(message)
        elif isinstance(message, Configured):
            sender.settings_taken()
        elif isinstance(message, ServerError) and message.code == "invalid_setting":
            undo = sender.settings_refused()
            self._options = undo(self._options)
            self._intake.change_back(undo)

    def _settle(self, message: Message) -> None:
        """Forget what the server is done with."""
        if isinstance(message, Finalized):
            self._intake.flushed(message.id)
        elif (position_s := covered_s(message)) is not None and self._intake.covered(position_s):
            self._patience.progressed()

    def _emit(self, events: Iterable[SpeechEvent]) -> None:
        for event in events:
            self._event_ch.send_nowait(event)
            if event.type is SpeechEventType.FINAL_TRANSCRIPT:
                self._report_usage()

    def _report_usage(self) -> None:
        seconds = self._clock.take_unreported_s()
        if seconds > 0:
            self._event_ch.send_nowait(
                SpeechEvent(
                    SpeechEventType.RECOGNITION_USAGE,
                    request_id=self._turns.session_id,
                    alternatives=[no_words()],
                    recognition_usage=RecognitionUsage(audio_duration=seconds),
                )
            )


class _Done:
    """An awaitable that is over, and that nobody needs to await."""

    def __await__(self) -> Generator[None, None, None]:
        return
        yield
