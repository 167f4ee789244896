from stt_api.models.batch_key import MAX_LENGTH, BatchKey


def test_a_text_may_be_as_long_as_the_context_lets_anyone_say() -> None:
    assert BatchKey(3, prompt_tokens=0, beam_size=1).max_length == 80
    assert BatchKey(3, prompt_tokens=224, beam_size=1).max_length == 268
    assert BatchKey(30, prompt_tokens=224, beam_size=1).max_length == MAX_LENGTH


def test_the_longest_text_is_what_the_prompt_leaves_of_the_decoder() -> None:
    assert BatchKey(3, prompt_tokens=0, beam_size=1).most_tokens == 40
    assert BatchKey(3, prompt_tokens=224, beam_size=1).most_tokens == 40
    assert BatchKey(30, prompt_tokens=224, beam_size=1).most_tokens == 220
