"""The client's events to LiveKit's, one by one. Decides no order, but counts on the client's.

What leaves here is:

    ( START_OF_SPEECH  INTERIM*  FINAL*  END_OF_SPEECH )*

Every event carries one alternative, of empty text where there is no transcript. Every flush is
answered by a final of its own: an empty one if the server had none. That is the only final that
may stand alone.
"""

from __future__ import annotations

from custom_stt_client.events import Event, Flushed, UtteranceEnd
from custom_stt_client.messages import Ready, SpeechStarted, Transcript
from custom_stt_client.progress import Progress
from livekit.agents import stt
from livekit.agents.stt import SpeechEventType as Type

from ._speech_data import no_words, speech_data
from ._wall_clock import WallClock


class SpeechEvents:
    """Adds what LiveKit wants to know: request ids, times of day, the framework's offset."""

    def __init__(self, progress: Progress, clock: WallClock) -> None:
        self.session_id = ""
        self.start_time_offset = 0.0  # s, added to stream times; set once by the framework
        self._progress = progress
        self._clock = clock
        self._open: tuple[int, str] | None = None  # the utterance that goes on, and its request id

    def of(self, event: Event) -> list[stt.SpeechEvent]:
        """Return the event in LiveKit's terms; it has none for some."""
        if isinstance(event, Ready):
            self.session_id = event.session_id
        elif isinstance(event, SpeechStarted):
            return [self._started(event)]
        elif isinstance(event, Transcript):
            return [self._transcript(event)]
        elif isinstance(event, UtteranceEnd):
            return [self._ended(event)]
        elif isinstance(event, Flushed) and not event.has_final:
            return [self._empty_final(event.position)]
        return []

    def _started(self, event: SpeechStarted) -> stt.SpeechEvent:
        request_id = self._request_id(event.utterance)
        self._open = event.utterance, request_id
        return stt.SpeechEvent(
            Type.START_OF_SPEECH,
            request_id,
            [no_words(self._stream_time(event.start))],
            speech_start_time=self._clock.at(event.start),
        )

    def _transcript(self, event: Transcript) -> stt.SpeechEvent:
        data = speech_data(event, self._progress, self.start_time_offset)
        request_id = self._request_id(event.utterance)
        if not event.is_final:
            return stt.SpeechEvent(Type.INTERIM_TRANSCRIPT, request_id, [data])
        return self._final(request_id, data, event.end)

    def _empty_final(self, position_s: float) -> stt.SpeechEvent:
        time = self._stream_time(position_s)
        return self._final(self.session_id, no_words(time, time), position_s)

    def _final(self, request_id: str, data: stt.SpeechData, end_s: float) -> stt.SpeechEvent:
        end_time = self._clock.at(end_s)
        return stt.SpeechEvent(Type.FINAL_TRANSCRIPT, request_id, [data], speech_end_time=end_time)

    def _ended(self, event: UtteranceEnd) -> stt.SpeechEvent:
        request_id, self._open = self._request_id(event.utterance), None
        times = self._stream_time(event.start), self._stream_time(event.end)
        data = no_words(*times, event.suppressed)
        end_time = self._clock.at(event.end)
        return stt.SpeechEvent(Type.END_OF_SPEECH, request_id, [data], speech_end_time=end_time)

    def _request_id(self, utterance: int) -> str:
        """Return the utterance's id. One that goes on over connections keeps that of its start."""
        if self._open and self._open[0] == utterance:
            return self._open[1]
        return f"{self.session_id}-{utterance}"

    def _stream_time(self, position_s: float) -> float:
        return self.start_time_offset + position_s
