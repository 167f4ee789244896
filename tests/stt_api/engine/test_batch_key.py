import pytest

from stt_api.engine.batch_key import MAX_LENGTH, BatchKey, fitting_context_s


@pytest.mark.parametrize(
    ("seconds", "context_s"), [(1.0, 3), (2.5, 3), (2.6, 6), (5.5, 6), (15.0, 16), (28.5, 30)]
)
def test_a_context_holds_the_audio_and_some_silence(seconds: float, context_s: int) -> None:
    assert fitting_context_s(seconds) == context_s


def test_more_than_the_longest_context_gets_the_longest() -> None:
    assert fitting_context_s(31.0) == 30


def test_a_text_may_be_as_long_as_the_context_lets_anyone_say() -> None:
    assert BatchKey(3, prompt_tokens=0, beam_size=1).max_length == 80
    assert BatchKey(3, prompt_tokens=224, beam_size=1).max_length == 268
    assert BatchKey(30, prompt_tokens=224, beam_size=1).max_length == MAX_LENGTH
