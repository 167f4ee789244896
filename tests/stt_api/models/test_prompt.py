"""Clients' text as tokens, with the tokenizer of pico, which is Whisper's."""

import json
from pathlib import Path

import pytest
from tokenizers import Tokenizer

import stt_model_pico
from stt_api.models.prompt import PROMPT_STEP, PromptEncoder

FILE = Path(stt_model_pico.path()) / "tokenizer.json"
SPECIAL = [token["content"] for token in json.loads(FILE.read_text())["added_tokens"]]
WHISPER = Tokenizer.from_file(str(FILE))
VOCABULARY = WHISPER.get_vocab()
FIRST_SPECIAL = VOCABULARY["<|endoftext|>"]
START_OF_PREVIOUS = VOCABULARY["<|startofprev|>"]


@pytest.fixture(scope="module")
def prompts() -> PromptEncoder:
    return PromptEncoder(WHISPER, START_OF_PREVIOUS, max_tokens=24)


def test_no_text_becomes_a_special_token(prompts: PromptEncoder) -> None:
    assert len(SPECIAL) > 1600
    for special in SPECIAL:
        for text in (special, f"call {special}me", special * 3):
            tokens = prompts.encode(text)
            assert max(tokens) < FIRST_SPECIAL
            assert WHISPER.decode(tokens) == text


def test_a_prompt_begins_with_the_only_special_token(prompts: PromptEncoder) -> None:
    first, *rest = prompts.previous("Hello <|endoftext|>", ("<|en|>",))
    assert first == START_OF_PREVIOUS and max(rest) < FIRST_SPECIAL


def test_text_without_special_tokens_is_tokenised_as_whisper_does(prompts: PromptEncoder) -> None:
    for text in (" I'd like 3 apples, please.", " Grüße aus Köln", " 東京は", "\x00\x1b \u202e"):
        assert list(prompts.encode(text)) == WHISPER.encode(text, add_special_tokens=False).ids


def test_of_a_long_prompt_the_end_is_kept_in_steps(prompts: PromptEncoder) -> None:
    tokens = prompts.previous("long ago " * 40 + "in Oslo", ())
    assert len(tokens) - 1 == 24
    assert WHISPER.decode(tokens[1:]).endswith("long ago in Oslo")
    assert (len(prompts.previous("word " * 18, ())) - 1) % PROMPT_STEP == 0


def test_keyterms_come_first_and_are_not_cut_for_the_prompt(prompts: PromptEncoder) -> None:
    text = WHISPER.decode(prompts.previous("long ago " * 40, ("Oslo", "Rome"))[1:])
    assert text.startswith(" Oslo, Rome.") and text.endswith("long ago")


def test_a_single_token_is_no_prompt(prompts: PromptEncoder) -> None:
    assert prompts.previous("I", ()) == ()
    assert prompts.previous("", ("I",)) != ()
    assert prompts.previous(" ", ()) == ()
