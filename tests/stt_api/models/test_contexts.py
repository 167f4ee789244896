import logging

import numpy as np
import pytest

from stt_api.models.contexts import LENGTHS_S, MOST_TOO_SHORT, RECENT, Contexts
from stt_api.models.traits import ACFT, STOCK, EncoderContext, Traits
from stt_api.session.decoding import DecodeOptions, DecodeRequest

FULL, PADDED, FIT = EncoderContext.FULL, EncoderContext.PADDED, EncoderContext.FIT
PICO = Traits(encoder_context=FIT, pad_s=0.5, min_s=3)


def request(seconds: float, *, final: bool = True) -> DecodeRequest:
    return DecodeRequest(np.zeros(round(seconds * 16_000), np.float32), DecodeOptions(), final)


def as_declared(traits: Traits) -> Contexts:
    return Contexts(traits, traits.encoder_context, traits.interims)


@pytest.mark.parametrize(
    ("seconds", "length_s"), [(1.0, 3), (2.5, 3), (2.6, 4), (5.5, 6), (15.0, 16), (28.5, 30)]
)
def test_a_fitting_context_holds_the_audio_and_the_silence_that_the_model_needs(
    seconds: float, length_s: int
) -> None:
    assert as_declared(PICO).length_s(request(seconds)) == length_s


def test_the_first_words_may_have_a_shorter_context_than_any_final() -> None:
    brief = as_declared(PICO.model_copy(update={"interim_min_s": 2}))
    assert [brief.length_s(request(1.0, final=final)) for final in (True, False)] == [3, 2]
    assert [brief.length_s(request(4.0, final=final)) for final in (True, False)] == [5, 5]
    assert as_declared(PICO).length_s(request(1.0, final=False)) == 3


@pytest.mark.parametrize(
    ("seconds", "length_s"), [(1.0, 10), (7.4, 10), (7.5, 13), (17.4, 20), (17.5, 30), (28.0, 30)]
)
def test_a_padded_context_is_ten_seconds_at_least_and_soon_all_thirty(
    seconds: float, length_s: int
) -> None:
    assert Contexts(STOCK, PADDED, PADDED).length_s(request(seconds)) == length_s


def test_audio_beyond_the_longest_context_gets_the_longest() -> None:
    assert as_declared(PICO).length_s(request(31.0)) == 30


def test_no_length_is_one_that_ctranslate2_takes_for_features() -> None:
    positions = {50 * length_s for length_s in LENGTHS_S}
    assert not positions & {80, 128}  # mel bands


def test_stock_weights_hear_finals_whole_and_interims_padded() -> None:
    stock = as_declared(STOCK)
    assert [stock.length_s(request(3, final=final)) for final in (True, False)] == [30, 10]


def test_an_interim_never_has_a_longer_context_than_a_final() -> None:
    forced = Contexts(STOCK, FIT, STOCK.interims)
    assert forced.length_s(request(3, final=False)) == forced.length_s(request(3))


def judge(contexts: Contexts, too_short: int, of: int = RECENT) -> None:
    sentence = request(2.0)
    context_s = contexts.length_s(sentence)
    for number in range(of):
        contexts.judge(sentence, context_s, too_short=number < too_short)


def test_three_in_a_hundred_finals_may_be_decoded_twice() -> None:
    contexts = as_declared(ACFT)
    judge(contexts, MOST_TOO_SHORT)
    judge(contexts, MOST_TOO_SHORT)
    assert contexts.finals is FIT


def test_contexts_that_are_often_too_short_grow_and_the_log_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    contexts = as_declared(ACFT)
    with caplog.at_level(logging.WARNING):
        judge(contexts, MOST_TOO_SHORT + 1)
        assert contexts.finals is PADDED
        judge(contexts, MOST_TOO_SHORT + 1)
    assert contexts.finals is FULL
    assert [record.message for record in caplog.records] == ["context grown"] * 2
    assert [vars(record)["now"] for record in caplog.records] == ["padded", "full"]


def test_a_fitting_context_with_more_silence_than_padded_grows_to_full() -> None:
    contexts = as_declared(Traits(encoder_context=FIT, pad_s=5))
    judge(contexts, MOST_TOO_SHORT + 1)
    assert contexts.finals is FULL


def test_what_was_decoded_before_contexts_grew_does_not_make_them_grow_again() -> None:
    contexts = as_declared(ACFT)
    for _ in range(3 * MOST_TOO_SHORT):
        contexts.judge(request(2.0), 4, too_short=True)
    assert contexts.finals is PADDED


def test_a_full_context_is_never_too_short() -> None:
    contexts = as_declared(ACFT)
    for _ in range(3 * MOST_TOO_SHORT):
        contexts.judge(request(29.0), 30, too_short=True)
    assert contexts.finals is FIT
