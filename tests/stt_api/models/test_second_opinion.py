"""Whom to believe, told with transcripts that were written by hand."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from stt_api.models.batch_key import BatchKey
from stt_api.models.second_opinion import Opinion, lost_words, second_opinion
from stt_api.session.decoding import DecodeOptions, DecodeRequest, Transcript
from stt_api.session.word import Word

SHORT = BatchKey(context_s=6, prompt_tokens=0, beam_size=1)
FULL = BatchKey(context_s=30, prompt_tokens=0, beam_size=1)
AUDIO = np.zeros(16_000 * 5, np.float32)
FINAL = DecodeRequest(AUDIO, DecodeOptions(), final=True)
LOOP = "one " * 10
SPEECH = "one moment please"


def said(text: str, avg_logprob: float = -0.1) -> Transcript:
    return Transcript(tuple(Word(" " + word) for word in text.split()), "en", avg_logprob, 0.0)


def decided(
    first: Transcript,
    request: DecodeRequest,
    key: BatchKey,
    decode: Callable[[BatchKey], Transcript],
) -> Opinion:
    deciding, heard = second_opinion(first, request, key), None
    while True:
        try:
            heard = decode(deciding.send(heard))
        except StopIteration as end:
            opinion: Opinion = end.value
            return opinion


def opinion(first: Transcript, *others: Transcript, key: BatchKey = FULL) -> Transcript:
    """Give ``others`` for the decodes that are asked for; all of them must be."""
    answers = list(others)
    opinion = decided(first, FINAL, key, lambda key: answers.pop(0))
    assert not answers
    return opinion.believed


def test_a_loop_out_of_a_short_context_gives_way_to_the_full_one() -> None:
    assert opinion(said(LOOP), said(SPEECH), key=SHORT).text == SPEECH


def test_fewer_repetitions_at_full_context_do_not_replace_what_the_model_was_sure_of() -> None:
    assert opinion(said(LOOP, -0.1), said("one " * 5), key=SHORT).text == LOOP.strip()
    assert opinion(said(LOOP, -0.8), said("one " * 5), key=SHORT).text == "one one one one one"


def test_the_full_context_and_then_a_penalty_are_asked_for() -> None:
    asked: list[BatchKey] = []

    def decode(key: BatchKey) -> Transcript:
        asked.append(key)
        return said(LOOP)

    decided(said(LOOP), FINAL, SHORT, decode)
    assert [(key.context_s, key.repetition_penalty > 1) for key in asked] == [
        (30, False),
        (30, True),
    ]


def test_words_that_come_again_though_repeating_costs_were_said() -> None:
    believed = opinion(said(LOOP, -0.9), said("One, one " + "one " * 8, -1.4))
    assert believed.agreed and believed.avg_logprob == -0.9


def test_what_the_model_is_sure_of_stays_without_agreement() -> None:
    believed = opinion(said(LOOP, -0.1), said("one one one", -0.3))
    assert believed.text == LOOP.strip() and not believed.agreed


def test_a_penalty_that_ends_an_unsure_loop_is_believed() -> None:
    assert opinion(said(LOOP, -0.8), said(SPEECH, -0.7)).text == SPEECH


@pytest.mark.parametrize("other", [said("two " * 10, -0.9), said(SPEECH, -1.2)])
def test_a_loop_that_nothing_better_replaces_is_left_to_gating(other: Transcript) -> None:
    believed = opinion(said(LOOP, -0.8), other)
    assert believed.text == LOOP.strip() and not believed.agreed


def test_a_loop_at_full_context_does_not_replace_a_sure_transcript() -> None:
    longer = said("one " * 11, -0.05)
    assert opinion(said(LOOP, -0.1), longer, said("one one", -0.5), key=SHORT).text == LOOP.strip()


def test_keyterms_that_cost_words_are_not_believed() -> None:
    plain, terms = said("two nine five three", -0.13), ["five"]
    assert lost_words(said("two nine three", -0.02), plain, terms)
    assert lost_words(said("two nine", -0.4), plain, ["Mumbai"])
    assert not lost_words(said("two nine five four", -0.4), plain, terms)


def test_words_that_became_a_keyterm_are_not_lost() -> None:
    plain = said("deploy it on cooper netties", -0.5)
    assert not lost_words(said("deploy it on Kubernetes", -0.2), plain, ["kubernetes"])


CUT_OFF = replace(said("a b c d e f"), cut_off=True)
MUMBLED = said("and so on", -1.4)


def test_what_is_doubted_at_full_context_is_drawn_at_rising_temperatures() -> None:
    asked: list[float] = []

    def decode(key: BatchKey) -> Transcript:
        asked.append(key.temperature)
        return said(SPEECH, -0.9) if key.temperature == 0.4 else MUMBLED

    assert decided(MUMBLED, FINAL, FULL, decode).believed.text == SPEECH
    assert asked == [0.2, 0.4]


def test_the_first_transcript_stands_where_no_temperature_helps() -> None:
    assert opinion(CUT_OFF, *[MUMBLED] * 5) is CUT_OFF


def ending_at(second: float) -> Transcript:
    return replace(said(SPEECH), words=(Word(" one", 0.5, 1.0), Word(" moment", 1.0, second)))


def test_what_ends_before_the_speech_is_heard_again_without_the_text_before_it() -> None:
    asked: list[int] = []

    def decode(key: BatchKey) -> Transcript:
        asked.append(key.prompt_tokens)
        return ending_at(4.4)

    spoken = replace(FINAL, speech_s=4.5)
    prompted = replace(FULL, prompt_tokens=9)
    assert decided(ending_at(2.0), spoken, prompted, decode).believed == ending_at(4.4)
    assert asked == [0]


def test_an_early_end_is_right_where_no_other_decode_hears_more() -> None:
    spoken = replace(FINAL, speech_s=4.5)
    early = decided(ending_at(2.0), spoken, SHORT, lambda key: ending_at(2.1))
    assert early.believed == ending_at(2.0) and not early.too_short


def test_only_other_words_at_full_context_blame_the_short_context() -> None:
    first, same = said(SPEECH, -1.2), said(SPEECH, -0.5)
    assert not decided(first, FINAL, SHORT, lambda key: same).too_short
    assert decided(said("one", -1.2), FINAL, SHORT, lambda key: same).too_short
    assert not decided(said(LOOP, -0.8), FINAL, FULL, lambda key: same).too_short
