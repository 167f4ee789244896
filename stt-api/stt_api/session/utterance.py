"""The open utterance, and the Finals that are owed."""

from dataclasses import dataclass, replace

from .audio import SAMPLE_RATE, AudioBuffer, quietest
from .config import SessionConfig
from .decoding import DecodeRequest, Transcript
from .events import Final, Interim, Suppression
from .gating import suppression
from .language import FULL_EVIDENCE_S, LanguageBelief
from .windowing import DecodeWindow, Hypothesis, Windowing, windowing
from .word import Word

REST = 2  # times as long as it waited for others' requests an interim lets them go first
CUT_SPAN = int(0.2 * SAMPLE_RATE)  # samples that have to be quiet around a cut
CUT_TAIL = int(0.5 * SAMPLE_RATE)  # samples before the end where no cut is made


@dataclass(slots=True, eq=False)
class FinalDue:
    """A decode of everything since the last Final: speculative until it is owed to the client."""

    utterance: int
    request: DecodeRequest
    start: int  # position of the request's first sample
    speech_start: int
    speech_end: int
    transcript: Transcript | None = None

    @property
    def end(self) -> int:
        return self.start + len(self.request.samples)

    def outcome(self) -> Final | Suppression:
        """Return the Final, or why it is not given; the transcript must be there."""
        assert self.transcript
        transcript = self.transcript
        return suppression(transcript, self.request.seconds) or Final(
            utterance=self.utterance,
            text=transcript.text,
            start=self.speech_start / SAMPLE_RATE,
            end=self.speech_end / SAMPLE_RATE,
            language=transcript.language,
            confidence=transcript.confidence,
            no_speech_prob=transcript.no_speech_prob,
            audio_processed=self.end / SAMPLE_RATE,
            words=self._words(transcript) if self.request.options.words else (),
        )

    def _words(self, transcript: Transcript) -> tuple[Word, ...]:
        """Move the words' times from the request's clock to the session's."""
        start = self.start / SAMPLE_RATE
        return tuple(
            replace(word, start=start + word.start, end=start + word.end)
            for word in transcript.words
        )


@dataclass(frozen=True, slots=True, eq=False)
class InterimJob:
    """An interim being decoded; stale once the utterance has gone on to another windowing."""

    windowing: Windowing
    window: DecodeWindow


class Utterance:
    """Speech that has not ended, under the configuration it began with."""

    def __init__(self, number: int, config: SessionConfig, speech_start: int, start: int) -> None:
        self.number = number
        self.config = config
        self.speech_start = speech_start
        self.shown = False  # any words of it
        self.begin_part(start)

    def begin_part(self, position: int) -> None:
        """Go on at ``position``: everything before is covered by Finals."""
        self.start = position
        hop = int(self.config.hop_s * SAMPLE_RATE)
        self.windowing = windowing(self.config.windowing, position, hop)
        self.hypothesis = Hypothesis("", "")
        self.speculation: FinalDue | None = None
        self.next_at = position  # no interim begins before
        self.language: str | None = None  # of its interims, once it was detected in full

    def final_due(self, audio: AudioBuffer, end: int, speech_end: int) -> FinalDue:
        is_known = self.config.vad and speech_end <= end  # no speech goes on behind a cut
        speech_start, speech_end = max(self.speech_start, self.start), min(speech_end, end)
        request = DecodeRequest(
            audio.read(self.start, end),
            self.config.decoding,
            final=True,
            speech_s=(speech_end - self.start) / SAMPLE_RATE if is_known else None,
            evidence_s=(speech_end - speech_start) / SAMPLE_RATE,
        )
        return FinalDue(self.number, request, self.start, speech_start, speech_end)

    def cut_position(self, audio: AudioBuffer) -> int | None:
        """Return where to cut when the utterance is too long: its quietest later moment."""
        length = audio.end - self.start
        if self.speculation or length < self.config.max_utterance_s * SAMPLE_RATE:
            return None
        earliest = self.start + length // 2
        return earliest + quietest(audio.read(earliest, audio.end - CUT_TAIL), CUT_SPAN)

    def next_interim(self, end: int) -> InterimJob | None:
        if not self.config.interim_results or self.speculation or end < self.next_at:
            return None
        window = self.windowing.next_window(end)
        return InterimJob(self.windowing, window) if window else None

    def interim_request(
        self, window: DecodeWindow, audio: AudioBuffer, belief: LanguageBelief
    ) -> DecodeRequest:
        options = self.config.decoding
        options = replace(
            options,
            language=options.language or self.language,
            prompt=options.prompt + window.context,
            words=window.timed,
        )
        return DecodeRequest(
            audio.read(window.start, window.end),
            options,
            final=False,
            prefix=window.prefix,
            first=not self.shown,
            belief=belief,
            evidence_s=self._evidence_s(window),
        )

    def receive_interim(
        self, window: DecodeWindow, transcript: Transcript, now: int
    ) -> Interim | None:
        """Drop one that failed: it may be short of context, and the next one comes soon.

        The next one rests for as long as this one took, by the audio up to ``now``: a lone speaker
        leaves the model free half of the time, for the final. And for longer where others wait:
        interims become rarer by themselves, rather than fill all of its time.
        """
        waited = int(REST * transcript.waited_s * SAMPLE_RATE)
        self.next_at = now + (now - window.end) + waited
        seconds = (window.end - window.start) / SAMPLE_RATE
        if transcript.cut_off or suppression(transcript, seconds):
            return None
        self.hypothesis = self.windowing.receive(window, transcript.words)
        if self._evidence_s(window) >= FULL_EVIDENCE_S:
            self.language = transcript.language
        return self._interim(transcript, window.end)

    def receive_speculation(self, due: FinalDue, transcript: Transcript) -> Interim | None:
        """Show what may become the Final, unless it contradicts what was declared stable."""
        stable = self.hypothesis.stable
        text = "".join(word.text for word in transcript.words)
        if not text.startswith(stable) or suppression(transcript, due.request.seconds):
            return None
        self.hypothesis = Hypothesis(stable, text[len(stable) :])
        return self._interim(transcript, due.end)

    def _evidence_s(self, window: DecodeWindow) -> float:
        return (window.end - max(self.speech_start, window.start)) / SAMPLE_RATE

    def _interim(self, transcript: Transcript, end: int) -> Interim | None:
        text = self.hypothesis.text
        if not text or not self.config.interim_results:
            return None
        self.shown = True
        return Interim(
            utterance=self.number,
            text=text,
            stable=len(self.hypothesis.stable.strip()),
            start=max(self.speech_start, self.start) / SAMPLE_RATE,
            end=end / SAMPLE_RATE,
            language=transcript.language,
            confidence=transcript.confidence,
            no_speech_prob=transcript.no_speech_prob,
            audio_processed=end / SAMPLE_RATE,
        )
