from dataclasses import replace

import numpy as np
import pytest

from stt_api.session.audio import SAMPLE_RATE, AudioBuffer
from stt_api.session.config import SessionConfig
from stt_api.session.decoding import DecodeOptions, Transcript
from stt_api.session.events import Final, Suppression
from stt_api.session.language import LanguageBelief
from stt_api.session.utterance import Utterance
from stt_api.session.word import Word


def at(seconds: float) -> int:
    return int(seconds * SAMPLE_RATE)


def loud(seconds: float, *quiet: float) -> AudioBuffer:
    """Noise with a fifth of a second of less noise around each moment of ``quiet``."""
    samples = np.random.default_rng(0).normal(0, 0.2, at(seconds)).astype(np.float32)
    for moment in quiet:
        samples[at(moment - 0.1) : at(moment + 0.1)] *= 0.1
    audio = AudioBuffer()
    audio.append(samples)
    return audio


def utterance(start: float = 0.0, **options: object) -> Utterance:
    config = SessionConfig(max_utterance_s=10.0, decoding=DecodeOptions(**options))  # type: ignore[arg-type]
    return Utterance(1, config, at(start), at(start))


def said(*words: Word, no_speech_prob: float = 0.0) -> Transcript:
    return Transcript(words, "en", -0.1, no_speech_prob)


def test_only_an_utterance_that_is_too_long_is_cut() -> None:
    assert utterance().cut_position(loud(9.9, 7.0)) is None
    assert utterance().cut_position(loud(10.0, 7.0)) == pytest.approx(at(7.0), abs=at(0.02))


@pytest.mark.parametrize("elsewhere", [2.0, 9.8])
def test_a_cut_is_neither_in_the_first_half_nor_at_the_very_end(elsewhere: float) -> None:
    cut = utterance().cut_position(loud(10.0, elsewhere))
    assert cut and at(5.0) <= cut <= at(9.5)


def test_an_utterance_that_may_be_over_is_not_cut() -> None:
    pausing, audio = utterance(), loud(10.0, 7.0)
    pausing.speculation = pausing.final_due(audio, audio.end, at(9.8))
    assert pausing.cut_position(audio) is None


def test_a_final_holds_what_was_said_since_the_last_one() -> None:
    parted, audio = utterance(start=1.0), loud(6.0)
    parted.begin_part(at(4.0))
    due = parted.final_due(audio, at(6.0), speech_end=at(5.5))
    due.transcript = said(Word(" more"))
    final = due.outcome()
    assert np.array_equal(due.request.samples, audio.read(at(4.0), at(6.0)))
    assert isinstance(final, Final)
    assert (final.start, final.end, final.audio_processed) == (4.0, 5.5, 6.0)


def test_a_final_ends_with_the_speech_or_with_the_cut_in_it() -> None:
    due = utterance().final_due(loud(6.0), at(4.0), speech_end=at(5.9))
    due.transcript = said(Word(" more"))
    final = due.outcome()
    assert isinstance(final, Final) and final.end == 4.0


def test_words_come_only_when_asked_for_and_on_the_sessions_clock() -> None:
    for words, times in [(True, [(2.25, 2.5)]), (False, [])]:
        due = utterance(start=2.0, words=words).final_due(loud(4.0), at(4.0), at(4.0))
        due.transcript = said(Word(" hi", 0.25, 0.5, 0.9))
        final = due.outcome()
        assert isinstance(final, Final)
        assert [(word.start, word.end) for word in final.words] == times


def test_what_the_model_made_up_is_neither_final_nor_interim() -> None:
    nothing, audio = utterance(), loud(2.0)
    due = nothing.final_due(audio, at(2.0), at(2.0))
    due.transcript = said(Word(" Thanks."), no_speech_prob=0.99)
    job = nothing.next_interim(at(2.0))
    assert due.outcome() is Suppression.NO_SPEECH
    assert job and nothing.receive_interim(job.window, due.transcript, at(2.0)) is None


def test_an_interim_is_given_the_text_before_its_window_as_prompt_and_prefix() -> None:
    long, audio = utterance(prompt="Oslo."), loud(9.5)
    for tenth in range(5, 96, 5):
        job = long.next_interim(at(tenth / 10))
        assert job
        request = long.interim_request(job.window, audio, LanguageBelief())
        start = job.window.start / SAMPLE_RATE  # the word n is said from n to n + 0.9 s
        numbers = range(round(start), tenth // 10)
        words = (Word(f" {n}", n - start, n + 0.9 - start) for n in numbers)
        interim = long.receive_interim(job.window, said(*words), job.window.end)
    assert (request.options.prompt, request.final) == ("Oslo. 0 1 2 3 4 5", False)
    assert interim and interim.text == "0 1 2 3 4 5 6 7 8"


def test_interims_detect_the_language_until_they_have_heard_enough_of_it() -> None:
    growing, audio = utterance(start=1.0), loud(5.0)
    asked = []
    for end in (1.5, 2.5, 3.5, 4.5):
        job = growing.next_interim(at(end))
        assert job
        request = growing.interim_request(job.window, audio, LanguageBelief())
        asked.append((request.options.language, request.evidence_s))
        growing.receive_interim(job.window, said(Word(" hi")), job.window.end)
    assert asked == [(None, 0.5), (None, 1.5), (None, 2.5), ("en", 3.5)]


def test_a_final_is_detected_anew_by_the_speech_in_it() -> None:
    parted, audio = utterance(start=1.0), loud(6.0)
    parted.language = "en"
    due = parted.final_due(audio, at(4.0), speech_end=at(3.5))
    assert (due.request.options.language, due.request.evidence_s) == (None, 2.5)


def test_where_speech_ends_is_said_only_where_it_was_measured() -> None:
    audio = loud(6.0)
    to_its_end = utterance(start=1.0).final_due(audio, at(4.0), speech_end=at(3.5))
    cut = utterance(start=1.0).final_due(audio, at(4.0), speech_end=at(6.0))
    deaf = utterance(start=1.0)
    deaf.config = replace(deaf.config, vad=False)
    whole = deaf.final_due(audio, at(4.0), speech_end=at(4.0))
    assert [due.request.speech_s for due in (to_its_end, cut, whole)] == [2.5, None, None]


def test_only_until_words_are_shown_an_interim_is_the_first() -> None:
    spoken, audio = utterance(start=1.0), loud(5.0)
    first = []
    for end in (1.5, 2.5):
        job = spoken.next_interim(at(end))
        assert job
        request = spoken.interim_request(job.window, audio, LanguageBelief())
        first.append(request.first)
        spoken.receive_interim(job.window, said(Word(" hi")), job.window.end)
    spoken.begin_part(at(3.0))
    job = spoken.next_interim(at(4.0))
    assert job
    first.append(spoken.interim_request(job.window, audio, LanguageBelief()).first)
    assert first == [True, False, False]


@pytest.mark.parametrize(
    ("took_s", "waited_s", "next_s"), [(0.05, 0.0, 0.5), (0.5, 0.0, 1.0), (0.5, 0.4, 1.8)]
)
def test_an_interim_rests_where_the_model_is_busy(
    took_s: float, waited_s: float, next_s: float
) -> None:
    spoken = utterance(start=1.0)
    job = spoken.next_interim(at(2.0))
    assert job
    late = replace(said(Word(" hi")), waited_s=waited_s)
    spoken.receive_interim(job.window, late, at(2.0 + took_s))
    assert not spoken.next_interim(at(2.0 + next_s - 0.01))
    assert spoken.next_interim(at(2.0 + next_s))
