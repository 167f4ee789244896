"""One speaker's stream: audio in, events and decode requests out. No I/O."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .audio import SAMPLE_RATE, AudioBuffer, PcmDecoder, Samples
from .config import SessionConfig
from .decoding import DecodeRequest, Transcript
from .endpointing import Edge, Endpointer
from .events import (
    Configured,
    EndReason,
    Event,
    Finalized,
    Interim,
    Progress,
    SessionEnded,
    SpeechEnded,
    SpeechStarted,
)
from .outbox import FinalCounts, Outbox
from .utterance import FinalDue, InterimJob, Utterance
from .vad import WINDOW

PRE_ROLL = 22 * WINDOW  # samples before the detected start, 0.7 s: soft first words
PROGRESS = 32 * WINDOW  # samples of silence after which it is reported, 1 s
INTERRUPTIONS = {EndReason.SERVER_SHUTDOWN, EndReason.MAX_DURATION, EndReason.IDLE_TIMEOUT}
MAX_FINALS_DUE = 2  # closed but undecoded; beyond it no more audio is wanted
MAX_UNTOLD = 64  # events that nobody has taken; beyond it no more input is wanted


class Session:
    """State machine for one stream.

    After ``receive_audio()`` or ``flush()``, judge ``windows_to_judge()`` and give what comes of it
    to ``receive_probabilities()`` before anything else but a transcript is received. ``flush()``
    comes before ``finalize()`` and ``end()``.

    After any other input, send ``events_to_send()`` and decode ``request_to_decode()``. At most one
    request is outstanding: audio that comes meanwhile joins the next one, so a slow model makes
    interims rarer, not later. Only a final does not wait for an interim, or for a final that speech
    has overtaken: it takes its place, and nobody wants the other's answer any more.

    While ``wants_audio()`` is false, no audio should be given, so that memory stays bounded by
    MAX_FINALS_DUE + 2 times ``max_utterance_s``; while ``wants_input()`` is, nothing at all.
    Finals do not depend on when audio or transcripts come, only on the audio.
    """

    def __init__(self, config: SessionConfig) -> None:
        self.pending = np.empty(0, np.float32)  # windows to judge, and less than one
        self.audio = AudioBuffer()
        self.utterance: Utterance | None = None
        self.utterances = 0  # opened so far
        self.reported = 0  # position of the last Progress
        self.heard_audio = False
        self.ended = False
        self._decoding: FinalDue | InterimJob | None = None
        self._asked: DecodeRequest | None = None  # what ``_decoding`` waits for
        self._outbox = Outbox()
        self._begin(config)

    @property
    def counts(self) -> FinalCounts:
        return self._outbox.counts

    @property
    def seconds(self) -> float:
        """Audio of its own: without what warmed up the detector."""
        return max(0, self.audio.end + len(self.pending) - self.warm_up) / SAMPLE_RATE

    # Input.

    def receive_audio(self, data: bytes) -> None:
        """Take wire PCM in the declared format; raise InvalidFrame if it is not."""
        self.heard_audio = self.heard_audio or bool(data)
        self._receive_samples(self.decoder.decode(data))

    def flush(self) -> None:
        """Take what the resampler still holds: the end of what was said."""
        self._receive_samples(self.decoder.flush())

    def receive_probabilities(self, probabilities: Sequence[float]) -> None:
        """Take the probability of speech in each of ``windows_to_judge()``."""
        windows = self.windows_to_judge()
        for window, probability in zip(windows, probabilities, strict=True):
            self._receive_window(window, probability)
        self.pending = self.pending[windows.size :]

    def receive_transcript(self, request: DecodeRequest, transcript: Transcript) -> None:
        """Take the answer to ``request``; drop it where something else is outstanding by now."""
        if request is not self._asked:
            return
        job, self._decoding, self._asked = self._decoding, None, None
        event: Interim | None = None
        if isinstance(job, FinalDue):
            job.transcript = transcript
            if self.utterance and self.utterance.speculation is job:
                event = self.utterance.receive_speculation(job, transcript)
        elif self.utterance and job and self.utterance.windowing is job.windowing:
            event = self.utterance.receive_interim(job.window, transcript, self.audio.end)
        if event:
            self._outbox.say(event)
        self._outbox.settle()

    def configure(self, config: SessionConfig) -> None:
        """Change the settings from the next utterance on. Answered by Configured.

        Before the first audio all of them change; after it the audio format and what depends on
        the beginning stay.
        """
        if self.heard_audio:
            self.config = config
            if self.utterance is None:
                self.endpointer.config = config.endpointing
        else:
            self._begin(config)
        self._outbox.say(Configured(config))

    def finalize(self, finalize_id: int | None = None) -> None:
        """End the open utterance now. Answered by Finalized, also when none is open."""
        self._close_early()
        self._outbox.owe(Finalized(finalize_id))

    def end(self, reason: EndReason) -> None:
        """Take no more audio. Answered by SessionEnded after everything that is owed.

        An utterance that a resuming client will send again is left to the session that hears it.
        """
        if self.ended:
            return
        self.ended = True
        if self.config.resume and reason in INTERRUPTIONS:
            self.utterance = None
        else:
            self._close_early()
        self._outbox.owe(SessionEnded(reason, self.seconds))

    # Output.

    def windows_to_judge(self) -> Samples:
        """Return n × WINDOW samples, in the order in which they came; mostly n is 0, 1 or 2."""
        whole = len(self.pending) // WINDOW
        return self.pending[: whole * WINDOW].reshape(whole, WINDOW)

    @property
    def has_events(self) -> bool:
        return self._outbox.untold > 0

    def events_to_send(self) -> list[Event]:
        return self._outbox.take()

    def request_to_decode(self) -> DecodeRequest | None:
        """Return what the model should decode next, in place of what is outstanding, or None."""
        if request := self._next_request():
            self._asked = request
        return request

    def wants_audio(self) -> bool:
        return self.wants_input() and len(self._outbox.undecoded()) < MAX_FINALS_DUE

    def wants_input(self) -> bool:
        """Tell if those who take the events keep up with what causes them."""
        return self._outbox.untold < MAX_UNTOLD

    # Internals.

    def _begin(self, config: SessionConfig) -> None:
        self.config = config
        self.decoder = PcmDecoder(config.audio)
        self.warm_up = round(config.warm_up_s * SAMPLE_RATE / WINDOW) * WINDOW
        self.endpointer = Endpointer(config.endpointing, self.warm_up)
        self.covered = self.warm_up  # position up to which Finals are given or owed

    def _next_request(self) -> DecodeRequest | None:
        dues = self._undecoded()
        if self._decoding in dues:
            return None
        if dues:
            self._decoding = dues[0]
            return replace(dues[0].request, belief=self._outbox.belief)
        if self._decoding or not self.utterance or self.endpointer.is_silent:
            return None  # an interim that begins now would keep the model when a final is due
        if job := self.utterance.next_interim(self.audio.end):
            self._decoding = job
            return self.utterance.interim_request(job.window, self.audio, self._outbox.belief)
        return None

    def _undecoded(self) -> list[FinalDue]:
        """Finals without a transcript: those owed, then the speculative one."""
        speculation = self.utterance.speculation if self.utterance else None
        if speculation and not speculation.transcript:
            return [*self._outbox.undecoded(), speculation]
        return self._outbox.undecoded()

    def _receive_samples(self, samples: Samples) -> None:
        self.pending = np.concatenate([self.pending, samples])
        if not self.config.vad:  # then all is speech
            self.receive_probabilities([1.0] * len(self.windows_to_judge()))

    def _close_early(self) -> None:
        """End the open utterance with the last sample: nothing that was said is left out."""
        assert len(self.pending) < WINDOW, "flush() and receive_probabilities() come before"
        if self.utterance:
            if not self.utterance.speculation:
                self.audio.append(self.pending)
                self.pending = self.pending[:0]
            self._close()

    def _receive_window(self, window: Samples, probability: float) -> None:
        self.audio.append(window)
        if self.audio.end <= self.warm_up:
            self.audio.discard_before(self.audio.end)
            return
        edge = self.endpointer.push(probability, len(window))
        if edge is Edge.STARTED:
            self._open()
        elif edge is Edge.ENDED:
            self._close()
        elif self.utterance and edge:  # silence that may end the utterance has begun, or is over
            self.utterance.speculation = self._final_due() if edge is Edge.PAUSED else None
        if self.utterance:
            self._cut_if_too_long(self.utterance)
        else:
            self._forget_silence()

    def _open(self) -> None:
        self.utterances += 1
        speech_start = self.endpointer.speech_start
        start = max(speech_start - PRE_ROLL, self.audio.start)
        self.utterance = Utterance(self.utterances, self.config, speech_start, start)
        self._outbox.say(SpeechStarted(self.utterances, speech_start / SAMPLE_RATE))

    def _close(self) -> None:
        assert self.utterance
        due = self.utterance.speculation or self._final_due()
        ended = SpeechEnded(due.utterance, due.speech_end / SAMPLE_RATE, due.end / SAMPLE_RATE)
        self._outbox.owe(due, ended)
        self.covered = due.end
        self.utterance = None
        self.endpointer = Endpointer(self.config.endpointing, self.audio.end)

    def _final_due(self) -> FinalDue:
        assert self.utterance
        return self.utterance.final_due(self.audio, self.audio.end, self.endpointer.speech_end)

    def _cut_if_too_long(self, utterance: Utterance) -> None:
        """Owe a Final up to the quietest moment of an utterance that nobody ends."""
        if cut := utterance.cut_position(self.audio):
            self._outbox.owe(utterance.final_due(self.audio, cut, self.endpointer.speech_end))
            utterance.begin_part(cut)
            self.audio.discard_before(cut)

    def _forget_silence(self) -> None:
        """Keep no more audio than the next utterance's pre-roll."""
        needed = max(self.endpointer.speech_start - PRE_ROLL, self.covered)
        self.audio.discard_before(needed)
        self._report(needed)

    def _report(self, position: int) -> None:
        """Tell from time to time that the audio before ``position`` needs no answer any more."""
        if position - max(self.reported, self.covered) >= PROGRESS:
            self.reported = position
            self._outbox.owe(Progress(position / SAMPLE_RATE))
