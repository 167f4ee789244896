"""What the decoder is given as text: what was said before, and words that it has to begin with."""

import json
from functools import lru_cache

from tokenizers import Tokenizer

PROMPT_STEP = 8  # prompts are cut to multiples of this many tokens, so that batches form
SHORTEST_PROMPT = 2  # tokens; after a single one pico leaves words out
CACHED_PROMPTS = 1024  # a client's prompt stays for many requests

Tokens = tuple[int, ...]


class PromptEncoder:
    """Turn clients' text into tokens of text, and of nothing else.

    A Whisper tokenizer reads ``<|startoftranscript|>``, or any other special token, out of the
    middle of a text. In a prompt it would move the beginning of the transcript, which CTranslate2
    requires at one position in the whole batch: one client's words would fail its neighbours.
    """

    def __init__(self, tokenizer: Tokenizer, start_of_previous: int, max_tokens: int) -> None:
        self._text = _without_special_tokens(tokenizer)
        self._start_of_previous = start_of_previous  # <|startofprev|>
        self._max_tokens = max_tokens
        self.previous = lru_cache(CACHED_PROMPTS)(self._previous)

    def encode(self, text: str) -> Tokens:
        return tuple(self._text.encode(text, add_special_tokens=False).ids)

    def _previous(self, prompt: str, keyterms: tuple[str, ...]) -> Tokens:
        """Return what stands before <|startoftranscript|>: keyterms, then the end of the prompt."""
        terms = self.encode(" " + ", ".join(keyterms) + ".") if keyterms else ()
        text = self.encode(" " + prompt.strip()) if prompt.strip() else ()
        terms = terms[: self._max_tokens]
        text = text[max(0, len(terms) + len(text) - self._max_tokens) :]
        excess = (len(terms) + len(text)) % PROMPT_STEP
        if len(text) > excess:
            text = text[excess:]
        said = (*terms, *text)
        return (self._start_of_previous, *said) if len(said) >= SHORTEST_PROMPT else ()


def _without_special_tokens(tokenizer: Tokenizer) -> Tokenizer:
    definition = json.loads(tokenizer.to_str())
    return Tokenizer.from_str(json.dumps({**definition, "added_tokens": []}))
