"""One connection's place in a stream: a server's times and numbers to the stream's. No I/O.

A server counts seconds from the first sample of its connection, and utterances from its first.
A stream goes on over many connections, each of which begins in the middle of the audio:

    the stream     0 ───────── audio ──────────── cut ──────────── end
    connection 1   0 ───────────────────────────── ✕
    connection 2                       0 ─ audio again ─ audio ──── end

An utterance that was open at the cut is carried over. What becomes of it is decided once:

1. Connection 2's first utterance began before the cut: it is the same one, and goes on.
2. It began after the cut: the one carried over is ended first, where it was last heard.
3. No utterance comes, and the server is done with the audio up to the cut: likewise.
4. No utterance comes, and all is said about a flush behind its beginning: likewise.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

from .backlog import Audio
from .messages import (
    Finalized,
    Message,
    Progress,
    SpeechEnded,
    SpeechStarted,
    Transcript,
    UtteranceMessage,
    Word,
    start_s,
)

MAX_HOLES = 64  # only the newest matter: a server is seconds behind, not hours


@dataclass(frozen=True, slots=True)
class Carried:
    """An utterance that was open when the connection before was lost, at ``cut_s``."""

    utterance: int
    start_s: float
    end_s: float  # as far as it was heard
    cut_s: float


class Timeline:
    """``sent`` and ``flush_sent`` as things leave; ``translate`` what comes back."""

    def __init__(
        self, sample_rate: int, start: int, first_utterance: int, carried: Carried | None
    ) -> None:
        self._rate = sample_rate
        self._sent = 0  # samples, on this connection
        self._segments = deque([(0, start)], maxlen=MAX_HOLES)  # (server's sample, stream's)
        self._first_utterance = first_utterance
        self._carried = carried  # None once it is decided
        self._shift: int | None = None  # the stream's number of an utterance less the server's
        self._flushes_s: dict[int, float] = {}  # where each was sent

    def sent(self, audio: Audio) -> None:
        """Note audio that is sent next."""
        since, position = self._segments[-1]
        if audio.position != position + self._sent - since:  # audio was dropped in between
            self._segments.append((self._sent, audio.position))
        self._sent += audio.end - audio.position

    def flush_sent(self, flush_id: int) -> None:
        """Note a flush that is sent next."""
        self._flushes_s[flush_id] = self._stream_s(self._sent / self._rate)

    def translate(self, message: Message) -> Sequence[Message]:
        """Return the message in the stream's terms, after what it decides of one carried over."""
        if isinstance(message, (SpeechStarted, Transcript, SpeechEnded)):
            message = self._placed(message)
            return [*self._first_decides(message), self._numbered(message)]
        if isinstance(message, Progress):
            message = Progress(self._stream_s(message.audio_processed))
            return [*self._end_carried(before_s=message.audio_processed), message]
        if isinstance(message, Finalized):
            flushed_s = self._flushes_s.pop(message.id, 0.0)
            return [*self._end_carried(flushed_s=flushed_s), message]
        return [message]

    def _first_decides(self, message: UtteranceMessage) -> Sequence[Message]:
        """Number the connection's first utterance, and decide by it on the one carried over."""
        if self._shift is not None:
            return []
        ended = self._end_carried(before_s=start_s(message))
        number = max(self._first_utterance, message.utterance)
        number = self._carried.utterance if self._carried else number
        self._shift, self._carried = number - message.utterance, None
        return ended

    def _end_carried(self, *, before_s: float = -inf, flushed_s: float = -inf) -> Sequence[Message]:
        """End the one carried over if nothing of it can come any more.

        It cannot if all before ``before_s`` is said and that is behind the cut, or if all before
        the flush at ``flushed_s`` is said and that is behind its beginning.
        """
        carried = self._carried
        if carried is None or (before_s < carried.cut_s and flushed_s <= carried.start_s):
            return []
        self._carried = None
        return [SpeechEnded(carried.utterance, carried.end_s)]

    def _numbered(self, message: UtteranceMessage) -> Message:
        return replace(message, utterance=message.utterance + (self._shift or 0))

    def _placed(self, message: UtteranceMessage) -> UtteranceMessage:
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
