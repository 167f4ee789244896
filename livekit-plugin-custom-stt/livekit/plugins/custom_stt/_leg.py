"""One connection's share of a stream: a server's times and numbers to the stream's. No I/O.

A server counts seconds from the first sample of its connection, and utterances from its first.
A stream goes on over many connections, each of which begins in the middle of the audio.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ._backlog import Audio
from ._messages import Finalized, Message, Progress, SpeechEnded, SpeechStarted, Transcript, Word

MAX_HOLES = 64  # only the newest matter: a server is seconds behind, not hours


@dataclass(frozen=True, slots=True)
class Carried:
    """An utterance that was open when the connection before was lost, at ``cut_s``."""

    utterance: int
    start_s: float
    end_s: float  # as far as it was heard
    cut_s: float


class Leg:
    """``sent`` and ``flush_sent`` as things leave; ``translate`` what comes back."""

    def __init__(
        self, sample_rate: int, start: int, first_utterance: int, carried: Carried | None
    ) -> None:
        self._rate = sample_rate
        self._sent = 0  # samples, on this connection
        self._segments = deque([(0, start)], maxlen=MAX_HOLES)  # (server's sample, stream's)
        self._first_utterance = first_utterance
        self._carried = carried
        self._shift: int | None = None  # the stream's number of an utterance less the server's
        self._flushes_s: dict[int, float] = {}  # where each was sent

    def sent(self, audio: Audio) -> None:
        since, position = self._segments[-1]
        if audio.position != position + self._sent - since:  # audio was dropped in between
            self._segments.append((self._sent, audio.position))
        self._sent += audio.end - audio.position

    def flush_sent(self, flush_id: int) -> None:
        self._flushes_s[flush_id] = self._stream_s(self._sent / self._rate)

    def translate(self, message: Message) -> Sequence[Message]:
        """The message in the stream's terms, after the end of an utterance that is not continued.

        An utterance that was carried over is continued by this connection's first, if that
        began before the cut. It will not be, once the server is done with the audio up to there,
        or has said all about a flush after its start.
        """
        if isinstance(message, (SpeechStarted, Transcript, SpeechEnded)):
            message = self._placed(message)
            return [*self._settle(message), self._numbered(message)]
        if isinstance(message, Progress):
            message = Progress(self._stream_s(message.audio_processed))
            is_over = self._carried and message.audio_processed >= self._carried.cut_s
            return [*self._end_carried(is_over), message]
        if isinstance(message, Finalized):
            flushed_s = self._flushes_s.pop(message.id, 0.0)
            is_over = self._carried and flushed_s > self._carried.start_s
            return [*self._end_carried(is_over), message]
        return [message]

    def _settle(self, message: SpeechStarted | Transcript | SpeechEnded) -> Sequence[Message]:
        """The connection's first utterance decides on the one that was carried over."""
        if self._shift is not None:
            return []
        started_s = message.end if isinstance(message, SpeechEnded) else message.start
        ended = self._end_carried(self._carried and started_s >= self._carried.cut_s)
        number = max(self._first_utterance, message.utterance)
        number = self._carried.utterance if self._carried else number
        self._shift, self._carried = number - message.utterance, None
        return ended

    def _end_carried(self, is_over: object) -> Sequence[Message]:
        if not self._carried or not is_over:
            return []
        carried, self._carried = self._carried, None
        return [SpeechEnded(carried.utterance, carried.end_s)]

    def _numbered(self, message: SpeechStarted | Transcript | SpeechEnded) -> Message:
        return replace(message, utterance=message.utterance + (self._shift or 0))

    def _placed(
        self, message: SpeechStarted | Transcript | SpeechEnded
    ) -> SpeechStarted | Transcript | SpeechEnded:
        if isinstance(message, SpeechStarted):
            return replace(message, start=self._stream_s(message.start))
        processed = message.audio_processed
        processed = None if processed is None else self._stream_s(processed)
        end = self._stream_s(message.end)
        if isinstance(message, SpeechEnded):
            return replace(message, end=end, audio_processed=processed)
        words = message.words and tuple(map(self._placed_word, message.words))
        start = self._stream_s(message.start)
        return replace(message, start=start, end=end, audio_processed=processed, words=words)

    def _placed_word(self, word: Word) -> Word:
        return replace(word, start=self._stream_s(word.start), end=self._stream_s(word.end))

    def _stream_s(self, server_s: float) -> float:
        sample = server_s * self._rate
        older = (segment for segment in reversed(self._segments) if segment[0] <= sample)
        since, position = next(older, self._segments[0])
        return server_s + (position - since) / self._rate
