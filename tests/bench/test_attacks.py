import json

from bench.attacks import SPECIAL, hostile_text


def test_every_hostile_text_is_said_alone_in_prompts_and_as_a_keyterm() -> None:
    texts = [hostile_text(number) for number in range(4 * len(SPECIAL))]
    for special in SPECIAL:
        prompts = [str(text["prompt"]) for text in texts if special in str(text["prompt"])]
        assert special in prompts and sum(prompt.endswith(special) for prompt in prompts) == 2
        assert [special] in [text["keyterms"] for text in texts]


def test_hostile_texts_can_be_sent() -> None:
    assert all(json.dumps(hostile_text(number)).isascii() for number in range(4 * len(SPECIAL)))
