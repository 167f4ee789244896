"""Server messages to events, in an order that a user can rely on. No I/O.

What leaves here is, whatever the server sends:

    ( SpeechStarted  interim*  final*  UtteranceEnd )*

1. One utterance at a time. What is said of a later one is held until the open one has ended;
   somebody counts as speaking throughout, so barge-in loses nothing.
2. The server's finals come in utterance order, so a final or an end of a later utterance ends
   the open one.
3. What lacks its start gets one. A final for an utterance that is over is not lost: it goes into
   the open utterance, or gets a start and an end of its own.
4. A lost connection leaves the open utterance open: the next one hears its audio again, and
   continues or ends it. But one that has had its last final ends at once. The end of the stream
   ends it.
5. Every flush that was sent is answered by one ``Flushed``, which says if a final came with it.
"""

from __future__ import annotations

from dataclasses import dataclass

from .events import Event, Flushed, UtteranceEnd
from .messages import (
    CreditsLow,
    Finalized,
    Message,
    Ready,
    SpeechEnded,
    SpeechStarted,
    Transcript,
    UtteranceMessage,
    start_s,
)
from .progress import Progress

Events = list[Event]

# Silence in a final that tells that more was not coming. A server's final at an endpoint covers
# 0.2 s of it; where a long utterance is cut, its parts end in the middle of speech.
PAUSE_S = 0.15


@dataclass(slots=True)
class OpenUtterance:
    """One that has begun and not ended."""

    number: int
    start_s: float
    end_s: float  # as far as it was heard
    is_settled: bool = False  # the last that was said of it was a final after which it paused


class Utterances:
    """A stream's utterances. Emit, in order, what each call returns; ``finish`` comes last."""

    def __init__(self, progress: Progress) -> None:
        self.newest = -1  # the newest utterance begun
        self.open: OpenUtterance | None = None
        self._progress = progress
        self._held: list[UtteranceMessage] = []  # at most a start and an interim per utterance
        self._finals = 0
        self._finals_at_flush: dict[int, int] = {}  # of each unanswered flush
        self._answered = -1  # the newest flush that was

    def flush_sent(self, flush_id: int) -> None:
        """Note a flush that is sent; ids increase, and one that is sent again keeps its id."""
        if flush_id > self._answered:
            self._finals_at_flush.setdefault(flush_id, self._finals)

    def receive(self, message: Message) -> Events:
        """Return what a message leads to."""
        if isinstance(message, (Ready, CreditsLow)):
            return [message]
        if isinstance(message, Finalized):
            return self._answer_flush(message.id)
        if isinstance(message, (SpeechStarted, Transcript, SpeechEnded)):
            return self._follow(message)
        return []

    def interrupted(self) -> Events:
        """Return what a lost connection leads to. What was held will be said by the next."""
        self._held = []
        return self._end(self.open.end_s) if self.open and self.open.is_settled else []

    def finish(self) -> Events:
        """Return what the end of the stream leads to, however it ended."""
        events: Events = []
        while self.open:
            events += self._end(self.open.end_s)
        for flush_id in list(self._finals_at_flush):
            events += self._answer_flush(flush_id)
        return events

    def _follow(self, message: UtteranceMessage) -> Events:
        if self.open and message.utterance == self.open.number:  # of the open one
            return self._say(self.open, message)
        if message.utterance <= self.newest:  # of one that is over
            return self._say_late(message)
        if not self.open:  # of the next one
            return self._begin(message)
        if _may_wait(message):  # of the next one, too early
            self._hold(message)
            return []
        return self._end(start_s(message)) + self._follow(message)  # the open one is over

    def _begin(self, message: UtteranceMessage) -> Events:
        self.newest, began_s = message.utterance, start_s(message)
        self.open = OpenUtterance(message.utterance, began_s, began_s)
        return [SpeechStarted(message.utterance, began_s), *self._say(self.open, message)]

    def _say(self, utterance: OpenUtterance, message: UtteranceMessage) -> Events:
        if isinstance(message, SpeechEnded):
            return self._end(message.end, message.suppressed)
        if isinstance(message, SpeechStarted):
            return []
        utterance.end_s, utterance.is_settled = message.end, _is_last(message)
        return [self._counted(message)]

    def _say_late(self, message: UtteranceMessage) -> Events:
        if not isinstance(message, Transcript) or not message.is_final:
            return []
        if self.open:
            return [self._counted(message)]
        return [
            SpeechStarted(message.utterance, message.start),
            self._counted(message),
            UtteranceEnd(message.utterance, message.start, message.end),
        ]

    def _end(self, end_s: float, suppressed: str | None = None) -> Events:
        """End the open utterance, then say what waited for that."""
        assert self.open
        events: Events = [
            UtteranceEnd(self.open.number, self.open.start_s, end_s, suppressed),
        ]
        self.open = None
        held, self._held = self._held, []
        for message in held:
            events += self._follow(message)
        return events

    def _hold(self, message: UtteranceMessage) -> None:
        """Hold a message; the newest interim replaces the one before it."""
        self._held = [
            held
            for held in self._held
            if type(held) is not type(message) or held.utterance != message.utterance
        ]
        self._held.append(message)

    def _answer_flush(self, flush_id: int) -> Events:
        """Answer a flush. A final counts for one only, the oldest.

        Two flushes are sent, one final comes, then both are answered. The first has the final. For
        the second the counting begins anew, so that it has none: who waits for two gets two.
        """
        if flush_id not in self._finals_at_flush:
            return []
        self._answered = max(self._answered, flush_id)
        has_final = self._finals > self._finals_at_flush.pop(flush_id)
        if has_final:
            self._finals_at_flush = dict.fromkeys(self._finals_at_flush, self._finals)
        return [Flushed(flush_id, has_final, self._progress.sent_s)]

    def _counted(self, message: Transcript) -> Transcript:
        self._finals += message.is_final
        return message


def _is_last(message: Transcript) -> bool:
    """Tell if a final covers a pause: its utterance is over then, also if nobody says so."""
    covered_s = message.audio_processed
    return message.is_final and covered_s is not None and covered_s - message.end >= PAUSE_S


def _may_wait(message: UtteranceMessage) -> bool:
    """Tell a start or an interim from what shows that everything before is over."""
    return isinstance(message, SpeechStarted) or (
        isinstance(message, Transcript) and not message.is_final
    )
