"""Server messages to LiveKit speech events, in LiveKit's order. No I/O; the clock is passed in.

What leaves here is, whatever the server sends:

    ( START_OF_SPEECH  INTERIM*  FINAL*  END_OF_SPEECH )*

1. One utterance at a time. What is said of a later one is held until the open one has
   ended; the user counts as speaking throughout, so barge-in loses nothing.
2. The server's finals come in utterance order, so a final or an end of a later utterance
   ends the open one.
3. What lacks its start gets one. A final for an utterance that is over is not lost: it goes
   into the open utterance, or gets a start and an end of its own.
4. A lost connection leaves the open utterance open: the next one hears its audio again, and
   continues or ends it. But one that has had its last final ends at once. The end of the stream
   ends it.
5. Every flush is answered by a final of its own: an empty one if nothing was open. That is
   the only final that may stand alone.
6. Every event carries one alternative, of empty text where there is no transcript.
"""

from __future__ import annotations

from dataclasses import dataclass

from livekit.agents import stt
from livekit.agents.stt import SpeechEventType as Type

from ._clock import AudioClock
from ._messages import Finalized, Message, Ready, SpeechEnded, SpeechStarted, Transcript
from ._speech_data import no_words, speech_data

Events = list[stt.SpeechEvent]
UtteranceMessage = SpeechStarted | Transcript | SpeechEnded

PAUSE_S = 0.15  # silence in a final that tells that more was not coming


@dataclass(slots=True)
class Utterance:
    """One that has begun and not ended."""

    number: int
    request_id: str
    start_s: float
    end_s: float  # as far as it was heard
    is_settled: bool = False  # the last that was said of it was a final after which it paused


class Turns:
    """A stream's turns. Emit, in order, what each call returns; ``finish`` comes last."""

    def __init__(self, clock: AudioClock) -> None:
        self.session_id = ""
        self.newest = -1  # the newest utterance begun
        self.open: Utterance | None = None
        self._clock = clock
        self._held: list[UtteranceMessage] = []  # at most a start and an interim per utterance
        self._finals = 0
        self._finals_at_flush: dict[int, int] = {}  # of each unanswered flush
        self._answered = -1  # the newest flush that was

    def flush_sent(self, flush_id: int) -> None:
        """Or sent again. Their numbers go up."""
        if flush_id > self._answered:
            self._finals_at_flush.setdefault(flush_id, self._finals)

    def receive(self, message: Message) -> Events:
        if isinstance(message, Ready):
            self.session_id = message.session_id
        elif isinstance(message, Finalized):
            return self._answer_flush(message.id)
        elif isinstance(message, (SpeechStarted, Transcript, SpeechEnded)):
            return self._follow(message)
        return []

    def interrupted(self) -> Events:
        """The connection is lost. What was held back will be said again by the next."""
        self._held = []
        return self._end(self.open.end_s) if self.open and self.open.is_settled else []

    def finish(self) -> Events:
        """Nothing more will be said, however it ended."""
        events: Events = []
        while self.open:
            events += self._end(self.open.end_s)
        for flush_id in list(self._finals_at_flush):
            events += self._answer_flush(flush_id)
        return events

    def _follow(self, message: UtteranceMessage) -> Events:
        """Cases: of the open utterance, of one that is over, of the next, of one too early."""
        if self.open and message.utterance == self.open.number:
            return self._say(self.open, message)
        if message.utterance <= self.newest:
            return self._say_late(message)
        if not self.open:
            return self._begin(message)
        if _may_wait(message):
            self._hold(message)
            return []
        return self._end(_start_s(message)) + self._follow(message)

    def _begin(self, message: UtteranceMessage) -> Events:
        self.newest, start_s = message.utterance, _start_s(message)
        request_id = self._request_id(message.utterance)
        self.open = Utterance(message.utterance, request_id, start_s, start_s)
        return [self._started(request_id, start_s), *self._say(self.open, message)]

    def _say(self, utterance: Utterance, message: UtteranceMessage) -> Events:
        if isinstance(message, SpeechEnded):
            return self._end(message.end, message.suppressed)
        if isinstance(message, SpeechStarted):
            return []
        utterance.end_s, utterance.is_settled = message.end, _is_last(message)
        return [self._transcript(message, utterance.request_id)]

    def _say_late(self, message: UtteranceMessage) -> Events:
        if not isinstance(message, Transcript) or not message.is_final:
            return []
        request_id = self._request_id(message.utterance)
        if self.open:
            return [self._transcript(message, request_id)]
        return [
            self._started(request_id, message.start),
            self._transcript(message, request_id),
            self._ended(request_id, message.start, message.end),
        ]

    def _end(self, end_s: float, suppressed: str | None = None) -> Events:
        """End the open utterance, then say what waited for that."""
        assert self.open
        events = [self._ended(self.open.request_id, self.open.start_s, end_s, suppressed)]
        self.open = None
        held, self._held = self._held, []
        for message in held:
            events += self._follow(message)
        return events

    def _hold(self, message: UtteranceMessage) -> None:
        """The newest interim replaces the one before it."""
        self._held = [
            held
            for held in self._held
            if type(held) is not type(message) or held.utterance != message.utterance
        ]
        self._held.append(message)

    def _answer_flush(self, flush_id: int) -> Events:
        """A final counts for one flush only, the oldest."""
        if flush_id not in self._finals_at_flush:
            return []
        self._answered = max(self._answered, flush_id)
        if self._finals > self._finals_at_flush.pop(flush_id):
            self._finals_at_flush = dict.fromkeys(self._finals_at_flush, self._finals)
            return []
        end_s = self._clock.sent_s
        time = self._clock.stream_time(end_s)
        return [self._final(self.session_id, no_words(time, time), end_s)]

    def _transcript(self, message: Transcript, request_id: str) -> stt.SpeechEvent:
        data = speech_data(message, self._clock)
        if not message.is_final:
            return stt.SpeechEvent(Type.INTERIM_TRANSCRIPT, request_id, [data])
        self._finals += 1
        return self._final(request_id, data, message.end)

    def _started(self, request_id: str, start_s: float) -> stt.SpeechEvent:
        data = no_words(self._clock.stream_time(start_s))
        start_time = self._clock.wall_time(start_s)
        return stt.SpeechEvent(
            Type.START_OF_SPEECH, request_id, [data], speech_start_time=start_time
        )

    def _final(self, request_id: str, data: stt.SpeechData, end_s: float) -> stt.SpeechEvent:
        end_time = self._clock.wall_time(end_s)
        return stt.SpeechEvent(Type.FINAL_TRANSCRIPT, request_id, [data], speech_end_time=end_time)

    def _ended(
        self, request_id: str, start_s: float, end_s: float, suppressed: str | None = None
    ) -> stt.SpeechEvent:
        stream_time = self._clock.stream_time
        data = no_words(stream_time(start_s), stream_time(end_s), suppressed)
        end_time = self._clock.wall_time(end_s)
        return stt.SpeechEvent(Type.END_OF_SPEECH, request_id, [data], speech_end_time=end_time)

    def _request_id(self, utterance: int) -> str:
        return f"{self.session_id}-{utterance}"


def _start_s(message: UtteranceMessage) -> float:
    return message.end if isinstance(message, SpeechEnded) else message.start


def _is_last(message: Transcript) -> bool:
    """A final that covers a pause ends its utterance; one that ends in speech is only a part."""
    covered_s = message.audio_processed
    return message.is_final and covered_s is not None and covered_s - message.end >= PAUSE_S


def _may_wait(message: UtteranceMessage) -> bool:
    """A start or an interim; a final or an end tells that what came before is over."""
    return isinstance(message, SpeechStarted) or (
        isinstance(message, Transcript) and not message.is_final
    )
