import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from zlib import crc32

import numpy as np
import pytest

from stt_api.session.audio import SAMPLE_RATE, AudioFormat, Samples
from stt_api.session.config import SessionConfig
from stt_api.session.decoding import DecodeOptions, DecodeRequest, Transcript
from stt_api.session.endpointing import EndpointingConfig
from stt_api.session.events import (
    EndReason,
    Event,
    Final,
    Finalized,
    Interim,
    Progress,
    SessionEnded,
    SpeechEnded,
    SpeechStarted,
    Suppression,
)
from stt_api.session.outbox import FinalCounts
from stt_api.session.session import MAX_FINALS_DUE, MAX_UNTOLD, Session
from stt_api.session.vad import WINDOW
from stt_api.session.windowing import WindowingPolicy
from stt_api.session.word import Word
from stt_testing.sound import loudness, pcm, silence, speech

Model = Callable[[DecodeRequest], Transcript]


def transcript(*words: str, no_speech_prob: float = 0.0) -> Transcript:
    return Transcript(tuple(Word(" " + word) for word in words), "en", -0.1, no_speech_prob)


def length(request: DecodeRequest) -> Transcript:
    """A model that says one word for each 0.25 s it hears."""
    count = len(request.samples) * 4 // SAMPLE_RATE
    return transcript(*(f"w{number}" for number in range(count)))


def silent(request: DecodeRequest) -> Transcript:
    return transcript(".", no_speech_prob=0.99)


def hearing(**detected: float) -> Model:
    """A model that detects these languages in whatever it hears."""

    def model(request: DecodeRequest) -> Transcript:
        belief = request.belief.after(detected, request.evidence_s)
        return replace(transcript("heard"), language=belief.likeliest, belief=belief)

    return model


DEFAULTS = SessionConfig()
QUIET = SessionConfig(interim_results=False)


class Stream:
    """A session with a model that answers at once, or when ``slow``, on ``answer()``."""

    def __init__(
        self, config: SessionConfig = DEFAULTS, model: Model = length, slow: bool = False
    ) -> None:
        self.session = Session(config)
        self.detector: Callable[[Samples], float] = loudness
        self.model = model
        self.slow = slow
        self.outstanding: DecodeRequest | None = None
        self.requests: list[DecodeRequest] = []
        self.events: list[Event] = []

    def hear(self, *sound: Samples) -> None:
        self.hear_pcm(pcm(*sound))

    def hear_pcm(self, data: bytes) -> None:
        self.session.receive_audio(data)
        self.judge()
        self.pump()

    def judge(self) -> None:
        windows = self.session.windows_to_judge()
        self.session.receive_probabilities([self.detector(window) for window in windows])

    def finalize(self, finalize_id: int | None = None) -> None:
        self.session.flush()
        self.judge()
        self.session.finalize(finalize_id)

    def pump(self) -> None:
        self.events += self.session.events_to_send()
        if request := self.session.request_to_decode():
            self.requests.append(request)
            self.outstanding = request
            if not self.slow:
                self.answer()

    def answer(self) -> None:
        assert self.outstanding
        request, self.outstanding = self.outstanding, None
        self.session.receive_transcript(request, self.model(request))
        self.pump()

    def end(self, reason: EndReason = EndReason.END_OF_STREAM) -> None:
        self.session.flush()
        self.judge()
        self.session.end(reason)
        self.pump()

    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.events]

    def finals(self) -> list[Final]:
        return [event for event in self.events if isinstance(event, Final)]

    def ended(self) -> list[SpeechEnded]:
        return [event for event in self.events if isinstance(event, SpeechEnded)]

    def interims(self) -> list[Interim]:
        return [event for event in self.events if isinstance(event, Interim)]


def test_silence_after_speech_ends_the_utterance() -> None:
    stream = Stream(QUIET)
    stream.hear(speech(1.024), silence(0.6))
    assert stream.kinds() == ["SpeechStarted", "Final", "SpeechEnded"]


def test_the_order_of_an_utterance_is_complete() -> None:
    stream = Stream()
    for _ in range(40):
        stream.hear(speech(0.05))
    stream.hear(silence(0.6))
    kinds = stream.kinds()
    assert (kinds[0], kinds[-2:]) == ("SpeechStarted", ["Final", "SpeechEnded"])
    assert set(kinds[1:-2]) == {"Interim"}
    assert {event.utterance for event in stream.events} == {1}  # type: ignore[union-attr]


def test_the_final_was_decoded_before_the_endpoint_and_leaves_with_it() -> None:
    stream = Stream(QUIET)
    stream.hear(speech(1.024), silence(0.3))
    assert len(stream.requests) == 1 and not stream.finals()
    stream.hear(silence(0.3))
    assert len(stream.requests) == 1 and len(stream.finals()) == 1


def test_a_pause_that_ends_is_no_endpoint() -> None:
    stream = Stream(QUIET)
    stream.hear(speech(1.024), silence(0.3))
    stream.hear(speech(1.024), silence(0.6))
    [final] = stream.finals()
    assert final.end == pytest.approx(2.3, abs=0.1)
    assert stream.kinds() == ["SpeechStarted", "Final", "SpeechEnded"]


def test_a_speculated_final_serves_as_an_interim_meanwhile() -> None:
    stream = Stream(SessionConfig(hop_s=5.0))
    stream.hear(speech(1.024), silence(0.3))
    [interim] = stream.interims()
    stream.hear(silence(0.3))
    assert stream.finals()[0].text == interim.text


def test_a_slow_model_makes_interims_rarer_not_later() -> None:
    stream = Stream(slow=True)
    stream.hear(speech(1.0))
    for _ in range(20):
        stream.hear(speech(0.1))
    assert len(stream.requests) == 1
    stream.answer()  # two seconds late: the next one waits for two more
    stream.hear(*[speech(0.1)] * 18)
    assert len(stream.requests) == 1
    stream.hear(*[speech(0.1)] * 3)
    assert len(stream.requests) == 2
    assert len(stream.requests[1].samples) > len(stream.requests[0].samples) + 3.5 * SAMPLE_RATE


def test_a_final_does_not_wait_for_an_interim() -> None:
    stream = Stream(slow=True)
    stream.hear(speech(1.0))
    stream.finalize()
    stream.pump()
    assert [request.final for request in stream.requests] == [False, True]
    stream.answer()
    assert stream.kinds() == ["SpeechStarted", "Final", "SpeechEnded", "Finalized"]


def test_speech_may_start_again_before_the_final_but_finals_keep_their_order() -> None:
    stream = Stream(QUIET, slow=True)
    stream.hear(speech(1.0), silence(0.6))
    stream.hear(speech(1.0), silence(0.6))
    assert stream.kinds() == ["SpeechStarted", "SpeechStarted"]
    stream.answer()
    stream.answer()
    said = [(type(event).__name__, event.utterance) for event in stream.events[2:]]  # type: ignore[union-attr]
    assert said == [("Final", 1), ("SpeechEnded", 1), ("Final", 2), ("SpeechEnded", 2)]


def test_a_final_does_not_wait_for_a_speculation_that_speech_has_overtaken() -> None:
    stream = Stream(QUIET, slow=True)
    stream.hear(speech(1.024), silence(0.3))
    stream.hear(speech(1.024))
    stream.finalize()
    stream.pump()
    assert len(stream.requests) == 2
    stream.answer()
    assert len(stream.finals()) == 1
    assert len(stream.requests[1].samples) > 2.3 * SAMPLE_RATE


def test_finalize_ends_the_utterance_and_is_answered_by_its_id() -> None:
    stream = Stream(QUIET)
    stream.hear(speech(1.0))
    stream.finalize(7)
    stream.pump()
    assert stream.kinds() == ["SpeechStarted", "Final", "SpeechEnded", "Finalized"]
    assert stream.events[-1] == Finalized(7)


def test_finalize_is_answered_when_nothing_is_open() -> None:
    stream = Stream()
    stream.hear(silence(1.0))
    stream.finalize(8)
    stream.pump()
    assert stream.events == [Finalized(8)]


def test_finalize_in_a_pause_uses_the_final_that_is_there() -> None:
    stream = Stream(QUIET)
    stream.hear(speech(1.024), silence(0.3))
    stream.finalize(1)
    stream.pump()
    assert len(stream.requests) == 1 and len(stream.finals()) == 1


def test_finalize_leaves_out_no_sample() -> None:
    stream = Stream(QUIET)
    sound = speech(1.01)  # not a whole number of windows
    stream.hear(sound)
    stream.finalize()
    stream.pump()
    assert len(stream.requests[-1].samples) == len(sound)


def test_speech_goes_on_after_finalize_as_a_new_utterance() -> None:
    stream = Stream(QUIET)
    sound = speech(2.0)
    stream.hear(sound[:16_100])
    stream.finalize()
    stream.hear(sound[16_100:])
    stream.end()
    heard = np.concatenate([request.samples for request in stream.requests])
    assert np.allclose(heard[: len(sound)], sound, atol=1e-4)  # nothing lost, nothing twice
    assert [final.utterance for final in stream.finals()] == [1, 2]


def test_the_end_of_the_stream_gives_everything_that_is_owed() -> None:
    stream = Stream(QUIET)
    stream.hear(speech(1.01))
    stream.end()
    assert stream.kinds() == ["SpeechStarted", "Final", "SpeechEnded", "SessionEnded"]
    assert stream.events[-1] == SessionEnded(EndReason.END_OF_STREAM, 1.01)


def test_the_stream_ends_once() -> None:
    stream = Stream()
    stream.end()
    stream.end(EndReason.IDLE_TIMEOUT)
    assert stream.kinds() == ["SessionEnded"]


def test_a_suppressed_hallucination_still_closes_its_utterance_and_says_why() -> None:
    stream = Stream(model=silent)
    stream.hear(speech(1.024), silence(0.6))
    assert stream.kinds() == ["SpeechStarted", "SpeechEnded"]
    assert stream.ended()[0].suppressed is Suppression.NO_WORDS
    stream.model = length
    stream.hear(speech(1.024), silence(0.6))
    assert stream.ended()[1].suppressed is None
    assert stream.session.counts == FinalCounts(finals=1, suppressed=1)


def test_nothing_is_decoded_without_speech() -> None:
    stream = Stream()
    stream.hear(silence(30.0))
    stream.end()
    assert stream.requests == [] and set(stream.kinds()) == {"Progress", "SessionEnded"}


def test_the_soft_beginning_of_speech_is_decoded_too() -> None:
    stream = Stream(QUIET)
    stream.hear(silence(3.0), speech(1.024), silence(0.6))
    assert len(stream.requests[0].samples) / SAMPLE_RATE == pytest.approx(0.7 + 1.0 + 0.2, abs=0.1)
    assert stream.finals()[0].start == pytest.approx(3.0, abs=0.05)


def test_a_transcript_of_another_request_is_dropped() -> None:
    stream = Stream(replace(QUIET, interim_results=True), slow=True)
    stream.hear(speech(1.0))
    interim = stream.outstanding
    stream.hear(silence(0.6))
    assert interim and stream.outstanding and not interim.final and stream.outstanding.final
    stream.session.receive_transcript(interim, transcript("stale"))
    assert stream.session.events_to_send() == []
    stream.answer()
    assert [final.text for final in stream.finals()] != ["stale"] and len(stream.finals()) == 1


def test_settings_before_the_first_audio_may_change_its_format() -> None:
    stream = Stream(QUIET)
    stream.session.configure(replace(QUIET, audio=AudioFormat(sample_rate=8000)))
    stream.hear_pcm(pcm(silence(1.0)))
    assert stream.session.audio.end / SAMPLE_RATE == pytest.approx(2.0, abs=0.05)


def test_new_settings_are_confirmed_before_anything_that_happens_under_them() -> None:
    stream = Stream(QUIET)
    stream.hear(speech(1.0))
    stream.session.configure(replace(QUIET, interim_results=True))
    stream.hear(silence(0.6))
    assert stream.kinds()[:2] == ["SpeechStarted", "Configured"]


def test_no_input_is_wanted_while_nobody_takes_the_events() -> None:
    session = Session(QUIET)
    for number in range(MAX_UNTOLD):
        assert session.wants_input() and session.wants_audio()
        session.finalize(number)
    assert not session.wants_input() and not session.wants_audio()
    session.events_to_send()
    assert session.wants_input() and session.wants_audio()


def test_new_settings_hold_from_the_next_utterance() -> None:
    stream = Stream(QUIET)
    stream.hear(speech(1.0))
    german = replace(QUIET, decoding=DecodeOptions(language="de"))
    stream.session.configure(german)
    stream.hear(silence(0.6), speech(1.0), silence(0.6))
    assert [request.options.language for request in stream.requests] == [None, "de"]


def test_new_endpointing_holds_at_once_while_nobody_speaks() -> None:
    stream = Stream(QUIET)
    stream.hear(silence(1.0))
    stream.session.configure(replace(QUIET, endpointing=EndpointingConfig(silence_s=2.0)))
    stream.hear(speech(1.0), silence(1.5))
    assert stream.finals() == []


def test_new_endpointing_holds_from_the_next_utterance() -> None:
    stream = Stream(QUIET)
    stream.hear(speech(1.0))
    patient = replace(QUIET, endpointing=EndpointingConfig(silence_s=2.0))
    stream.session.configure(patient)
    stream.hear(silence(0.6))
    assert len(stream.finals()) == 1
    stream.hear(speech(1.0), silence(1.5))
    assert len(stream.finals()) == 1


def test_word_times_are_on_the_sessions_clock() -> None:
    timed = Transcript((Word(" hi", 0.75, 0.9, 0.8),), "en", -0.1, 0.0)
    stream = Stream(replace(QUIET, decoding=DecodeOptions(words=True)), model=lambda _: timed)
    stream.hear(silence(3.0), speech(1.0), silence(0.6))
    [word] = stream.finals()[0].words
    assert word.start == pytest.approx(3.0 - 0.7 + 0.75, abs=0.05)


def test_a_long_utterance_is_cut_at_its_quietest_moment_and_loses_nothing() -> None:
    stream = Stream(replace(QUIET, max_utterance_s=10.0))
    sound = speech(25.0)
    sound[int(8.0 * SAMPLE_RATE) : int(8.3 * SAMPLE_RATE)] = 0.3
    for second in range(25):
        stream.hear(sound[second * SAMPLE_RATE : (second + 1) * SAMPLE_RATE])
    stream.end()
    assert len(stream.requests[0].samples) / SAMPLE_RATE == pytest.approx(8.15, abs=0.1)
    heard = np.concatenate([request.samples for request in stream.requests])
    assert np.allclose(heard[: len(sound)], sound, atol=1e-4)
    assert {final.utterance for final in stream.finals()} == {1}
    assert stream.kinds().count("SpeechEnded") == stream.kinds().count("SpeechStarted") == 1


def test_the_stable_part_of_interims_never_changes() -> None:
    random = np.random.default_rng(0)

    def fickle(request: DecodeRequest) -> Transcript:
        forced = request.prefix.split()
        return transcript(*forced, *(str(n) for n in random.integers(0, 2, 4)))

    stream = Stream(model=fickle)
    for _ in range(100):
        stream.hear(speech(0.1))
    interims = stream.interims()
    assert max(interim.stable for interim in interims) > 0
    for before, after in pairwise(interims):
        assert after.text.startswith(before.text[: before.stable])
        assert after.stable >= before.stable
        assert not after.stable or f"{after.text} "[after.stable] == " "  # whole words


def test_chunking_does_not_change_the_finals() -> None:
    sound = pcm(silence(0.5), speech(1), silence(0.7), speech(2), silence(0.3), speech(1))
    random = np.random.default_rng(0)

    def finals(cuts: list[int]) -> list[Final]:
        stream = Stream()
        for start, end in zip([0, *cuts], [*cuts, len(sound)], strict=True):
            stream.hear_pcm(sound[start:end])
        stream.end()
        return stream.finals()

    whole = finals([])
    assert len(whole) == 2
    for _ in range(10):
        cuts = sorted(2 * random.integers(0, len(sound) // 2, 30))
        assert finals(cuts) == whole


def test_audio_is_not_wanted_while_finals_pile_up() -> None:
    stream = Stream(QUIET, slow=True)
    for _ in range(MAX_FINALS_DUE):
        assert stream.session.wants_audio()
        stream.hear(speech(1.0), silence(0.6))
    assert not stream.session.wants_audio()
    stream.answer()
    assert stream.session.wants_audio()


def test_an_hour_of_speech_and_silence_is_kept_in_bounded_memory() -> None:
    stream = Stream(replace(QUIET, max_utterance_s=10.0))
    minute = pcm(*[speech(4.0), silence(2.0)] * 9, silence(6.0))
    longest = 0
    for _ in range(60):
        stream.hear_pcm(minute)
        longest = max(longest, stream.session.audio.end - stream.session.audio.start)
        stream.requests.clear()
    assert longest <= 11 * SAMPLE_RATE


def test_without_a_detector_all_audio_is_one_utterance() -> None:
    stream = Stream(SessionConfig(vad=False, interim_results=False))
    stream.hear(silence(1.0), speech(1.0), silence(3.0))
    stream.end()
    assert stream.kinds() == ["SpeechStarted", "Final", "SpeechEnded", "SessionEnded"]
    assert len(stream.requests[0].samples) == pytest.approx(5 * SAMPLE_RATE, abs=WINDOW)


def test_positions_are_of_the_session_whatever_the_wires_rate() -> None:
    stream = Stream(replace(QUIET, audio=AudioFormat(sample_rate=48_000)))
    stream.hear(silence(9.0), speech(6.0), silence(3.0))  # as 48 kHz: a third of it
    [started] = [event for event in stream.events if isinstance(event, SpeechStarted)]
    [ended] = [event for event in stream.events if isinstance(event, SpeechEnded)]
    assert (started.start, ended.end) == pytest.approx((3.0, 5.0), abs=0.1)


def test_finalize_leaves_out_nothing_that_the_resampler_holds() -> None:
    stream = Stream(replace(QUIET, audio=AudioFormat(sample_rate=8_000)))
    stream.hear(speech(1.0))  # as 8 kHz: twice as long
    stream.finalize()
    stream.pump()
    assert len(stream.requests[-1].samples) == 2 * SAMPLE_RATE
    stream.hear(speech(1.0))
    stream.end()
    assert stream.events[-1] == SessionEnded(EndReason.END_OF_STREAM, 4.0)


def test_an_abandoned_speculation_says_nothing() -> None:
    stream = Stream(QUIET, slow=True)
    stream.hear(speech(1.024), silence(0.3))
    stream.hear(speech(1.024))
    stream.answer()
    stream.hear(silence(0.6))
    stream.answer()
    assert stream.kinds() == ["SpeechStarted", "Final", "SpeechEnded"]
    first, second = stream.requests
    assert len(second.samples) > 2 * SAMPLE_RATE > len(first.samples)


def test_a_speculation_that_contradicts_stable_words_is_no_interim() -> None:
    def contradicting(request: DecodeRequest) -> Transcript:
        return transcript("other") if request.final else length(request)

    stream = Stream(model=contradicting)
    for _ in range(20):
        stream.hear(speech(0.1))
    before = stream.interims()
    assert before[-1].stable > 0
    stream.hear(silence(0.3))
    assert stream.requests[-1].final and stream.interims() == before
    stream.hear(silence(0.3))
    assert [final.text for final in stream.finals()] == ["other"]


def test_an_interim_that_is_answered_too_late_says_nothing() -> None:
    stream = Stream(slow=True)
    stream.hear(speech(1.0))
    stream.finalize()
    stream.session.receive_audio(pcm(speech(1.0)))
    stream.judge()
    stream.answer()  # what was asked for before
    assert stream.interims() == []


def test_a_pause_is_decoded_once() -> None:
    stream = Stream(SessionConfig(endpointing=EndpointingConfig(silence_s=2.0)))
    stream.hear(speech(1.024))
    for _ in range(18):
        stream.hear(silence(0.1))
    assert [request.final for request in stream.requests] == [False, True]
    assert stream.finals() == []


def test_interims_are_given_only_to_those_who_want_them() -> None:
    stream = Stream(QUIET)
    for _ in range(40):
        stream.hear(speech(0.1))
    stream.hear(silence(0.6))
    assert stream.interims() == [] and len(stream.requests) == 1


def test_an_interim_that_a_pause_overtakes_loses_no_word_of_overlapping_windows() -> None:
    stream = Stream(SessionConfig(windowing=WindowingPolicy.OVERLAP), slow=True)
    stream.hear(speech(2.5))  # the interim that is asked for
    stream.hear(silence(0.3))  # is overtaken by a speculation,
    stream.hear(speech(2.5))  # which is abandoned
    stream.answer()
    assert len(stream.requests[-1].samples) == pytest.approx(5.3 * SAMPLE_RATE, abs=2 * WINDOW)


SHORT = SessionConfig(max_utterance_s=6.0)


def conversation(random: np.random.Generator) -> tuple[Samples, list[slice]]:
    """Speak and pause at random; return also where something is said. No two moments are alike."""
    parts, spoken, position = [], [], 0
    for low, high, lengths in [(0.0, 0.05, [0.2, 0.4, 1.0]), (0.5, 0.9, [0.2, 1.0, 3.0, 9.0])] * 12:
        part = random.uniform(low, high, int(random.choice(lengths) * SAMPLE_RATE))
        parts.append(part.astype(np.float32))
        if low:
            spoken.append(slice(position, position + len(part)))
        position += len(part)
    return np.concatenate(parts), spoken


def pieces(stream: Stream, sound: Samples, random: np.random.Generator) -> Iterator[None]:
    """Let the stream hear a piece of any length before each step, and the model answer at times."""
    at = 0
    while at < len(sound):
        end = at + int(random.integers(1, 8_000))
        stream.hear(sound[at:end])
        at = end
        yield
        if stream.outstanding and (random.random() < 0.3 or not stream.session.wants_audio()):
            stream.answer()
    stream.end()
    while stream.outstanding:
        stream.answer()


def heard_by(final: Final, requests: Iterator[DecodeRequest], sound: Samples) -> slice:
    """Return what of the sound the request of a final held; padding may follow it."""
    end = round(final.audio_processed * SAMPLE_RATE)
    for request in requests:
        start = end - len(request.samples)
        inside = sound[max(0, start) : end]
        if np.allclose(request.samples[: len(inside)], inside, atol=1e-4):
            return slice(start, end)
    raise AssertionError(f"no request is up to {final.audio_processed}")


@pytest.mark.parametrize("seed", range(8))
def test_whatever_happens_all_speech_is_in_one_final(seed: int) -> None:
    random = np.random.default_rng(seed)
    sound, spoken = conversation(random)
    stream = Stream(SHORT, model=lambda _: transcript("heard"), slow=True)
    for _ in pieces(stream, sound, random):
        if random.random() < 0.05:
            stream.finalize()
            stream.pump()
        assert stream.session.audio.end - stream.session.audio.start < 8 * SAMPLE_RATE
    requests = iter([request for request in stream.requests if request.final])
    times = np.zeros(len(sound) + WINDOW, int)
    for final in stream.finals():
        times[heard_by(final, requests, sound)] += 1
    assert times.max() == 1
    assert all((times[said] == 0).sum() < 0.09 * SAMPLE_RATE for said in spoken)  # a click's length


@pytest.mark.parametrize("seed", range(8))
def test_whatever_happens_events_are_complete_and_in_order(seed: int) -> None:
    random = np.random.default_rng(seed)
    sound, _ = conversation(random)
    stream, asked = Stream(SHORT, model=lambda _: transcript("heard"), slow=True), 0
    for _ in pieces(stream, sound, random):
        if random.random() < 0.05:
            stream.finalize(asked := asked + 1)
            stream.pump()
        if random.random() < 0.05:
            stream.session.configure(replace(SHORT, hop_s=float(random.choice([0.3, 1.0]))))
    letters = {SpeechStarted: "s", Interim: "i", Final: "f", SpeechEnded: "e"}
    for number in range(1, stream.session.utterances + 1):
        said = [event for event in stream.events if getattr(event, "utterance", 0) == number]
        assert re.fullmatch("s[if]*fe", "".join(letters[type(event)] for event in said))
    for kind in (SpeechStarted, Final, SpeechEnded):
        numbers = [event.utterance for event in stream.events if type(event) is kind]
        assert numbers == sorted(numbers)
    ids = [event.id for event in stream.events if isinstance(event, Finalized)]
    assert ids == list(range(1, asked + 1))
    assert isinstance(stream.events[-1], SessionEnded)


def test_a_slow_model_changes_no_final() -> None:
    sound, _ = conversation(np.random.default_rng(1))
    prompt, late = Stream(SHORT), Stream(SHORT, slow=True)
    for stream in (prompt, late):
        for _ in pieces(stream, sound, np.random.default_rng(2)):
            pass
    assert late.finals() == prompt.finals()
    assert len(late.interims()) < len(prompt.interims())


def test_a_slow_model_changes_no_language_of_a_final() -> None:
    def fickle(request: DecodeRequest) -> Transcript:
        english = 0.05 + 0.9 * (crc32(request.samples.tobytes()) % 2)
        return hearing(en=english, de=1 - english)(request)

    sound, _ = conversation(np.random.default_rng(1))
    prompt, late = Stream(SHORT, fickle), Stream(SHORT, fickle, slow=True)
    for stream in (prompt, late):
        for _ in pieces(stream, sound, np.random.default_rng(2)):
            pass
    assert late.finals() == prompt.finals()
    assert {final.language for final in late.finals()} == {"en", "de"}


def test_a_short_answer_is_heard_in_the_language_of_the_session() -> None:
    stream = Stream(QUIET)
    languages = []
    for model, length_s in [
        (hearing(de=0.99, en=0.01), 3.0),
        (hearing(de=0.3, en=0.7), 0.6),
        (hearing(de=0.01, en=0.99), 3.0),
    ]:
        stream.model = model
        stream.hear(speech(length_s), silence(0.8))
        languages.append(stream.finals()[-1].language)
    assert languages == ["de", "de", "en"]


def test_neither_an_interim_nor_a_suppressed_final_changes_the_language_of_the_session() -> None:
    stream = Stream(model=hearing(de=0.99, en=0.01))
    stream.hear(speech(3.0), silence(0.8))
    stream.model = lambda request: replace(
        hearing(en=1.0, de=0.0)(request), no_speech_prob=0.99 if request.final else 0.0
    )
    stream.hear(speech(3.0))
    assert stream.interims()[-1].language == "en"
    stream.hear(silence(0.8))
    stream.model = hearing(de=0.3, en=0.7)
    stream.hear(speech(0.6), silence(0.8))
    assert [final.language for final in stream.finals()] == ["de", "de"]


def test_silence_is_reported_as_done_about_once_a_second() -> None:
    stream = Stream()
    for _ in range(100):
        stream.hear(silence(0.1))
    done = [event.audio_processed for event in stream.events if isinstance(event, Progress)]
    assert len(done) == 9 and all(1.0 <= b - a < 1.1 for a, b in pairwise([0.0, *done]))


def test_what_is_said_to_be_done_is_needed_by_no_later_utterance() -> None:
    """A client that starts anew there hears the same again."""
    sound = pcm(silence(3.3), speech(1.0), silence(0.9), speech(0.7), silence(2.5), speech(1.0))
    calm = Stream(QUIET)
    calm.hear_pcm(sound)
    calm.end()
    for done in calm.events:
        if isinstance(done, Progress | SpeechEnded):
            again = Stream(QUIET)
            again.hear_pcm(sound[2 * round(done.audio_processed * SAMPLE_RATE) :])
            again.end()
            heard = [(f.text, round(f.start + done.audio_processed, 3)) for f in again.finals()]
            later = [final for final in calm.finals() if final.end > done.audio_processed]
            assert heard == [(final.text, round(final.start, 3)) for final in later]


def test_an_utterance_of_which_nothing_was_understood_is_reported_as_done() -> None:
    stream = Stream(model=silent)
    stream.hear(speech(1.024), silence(0.6))
    [ended] = [event for event in stream.events if isinstance(event, SpeechEnded)]
    assert not stream.finals() and ended.audio_processed > ended.end


def test_audio_to_warm_up_on_prepares_the_detector_and_is_not_transcribed() -> None:
    heard: list[Samples] = []
    sound = pcm(speech(1.024), silence(1.024), speech(1.024), silence(0.6))
    stream = Stream(replace(QUIET, warm_up_s=1.024))
    stream.detector = lambda window: heard.append(window) or loudness(window)  # type: ignore[func-returns-value]
    stream.hear_pcm(sound)
    [final] = stream.finals()
    assert len(heard) == len(sound) // 2 // WINDOW
    assert (final.start, stream.kinds()[0]) == (2.048, "SpeechStarted")


def test_a_session_may_end_while_it_warms_up() -> None:
    stream = Stream(replace(QUIET, warm_up_s=2.0))
    stream.hear(speech(1.0))
    stream.finalize(1)
    stream.end()
    assert stream.kinds() == ["Finalized", "SessionEnded"]


@pytest.mark.parametrize("resume", [False, True])
def test_an_interruption_leaves_open_speech_to_a_client_that_resumes(resume: bool) -> None:
    stream = Stream(replace(QUIET, resume=resume))
    stream.hear(speech(1.0), silence(0.6))
    stream.hear(speech(1.0))
    stream.end(EndReason.SERVER_SHUTDOWN)
    complete = ["SpeechStarted", "Final", "SpeechEnded"]
    last = ["SpeechStarted"] if resume else complete
    assert stream.kinds() == [*complete, *last, "SessionEnded"]


def test_the_end_of_the_stream_leaves_nothing_open() -> None:
    stream = Stream(replace(QUIET, resume=True))
    stream.hear(speech(1.0))
    stream.end()
    assert stream.kinds() == ["SpeechStarted", "Final", "SpeechEnded", "SessionEnded"]


def test_no_interim_comes_after_the_end_of_an_interrupted_session() -> None:
    stream = Stream(replace(DEFAULTS, resume=True), slow=True)
    stream.hear(speech(1.0))
    stream.end(EndReason.MAX_DURATION)
    stream.answer()
    assert stream.kinds() == ["SpeechStarted", "SessionEnded"]


@pytest.mark.parametrize("samples", [16_000, 16_001, 16_383])
def test_no_more_audio_is_said_to_be_done_than_there_was(samples: int) -> None:
    stream = Stream(QUIET)
    stream.hear(speech(samples / SAMPLE_RATE))
    stream.end()
    [final] = stream.finals()
    assert final.audio_processed == samples / SAMPLE_RATE


def test_audio_to_warm_up_on_is_not_charged() -> None:
    stream = Stream(replace(QUIET, warm_up_s=2.048))
    stream.hear(silence(3.048))
    stream.end()
    assert stream.events[-1] == SessionEnded(EndReason.END_OF_STREAM, 1.0)
