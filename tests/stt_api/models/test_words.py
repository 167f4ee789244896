from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stt_api.models.batch_key import BatchKey
from stt_api.models.words import words_of
from stt_api.session.decoding import DecodeOptions, DecodeRequest
from stt_api.session.word import Word

EOT = 99
Aligned = tuple[str, float, float, float]


@dataclass
class Speller:
    """A tokenizer with a word for each token."""

    texts: Sequence[str]
    language_code: str = "en"
    eot: int = EOT

    def split_to_word_tokens(self, tokens: Sequence[int]) -> tuple[list[str], list[list[int]]]:
        return [*(self.texts[each] for each in tokens[:-1]), ""], [[each] for each in tokens]


@dataclass
class Aligner:
    """Finds these words with their times and probabilities, whatever it hears."""

    words: Sequence[Aligned]

    def find_alignment(self, *_: Any) -> list[list[dict[str, Any]]]:
        names = ("word", "start", "end", "probability")
        return [[{**dict(zip(names, word, strict=True)), "tokens": []} for word in self.words]]


def aligned(*words: Aligned) -> tuple[Word, ...]:
    request = DecodeRequest(np.zeros(16_000, np.float32), DecodeOptions(words=True), final=True)
    speller: Any = Speller([text for text, *_ in words])
    whisper: Any = Aligner(words)
    encoded: Any = None
    key = BatchKey(context_s=3, prompt_tokens=0, beam_size=1)
    return words_of(whisper, encoded, [request], [speller], [list(range(len(words)))], key)[0]


def test_punctuation_changes_neither_the_times_nor_the_confidence_of_its_word() -> None:
    assert aligned(
        (' "', 0.0, 0.1, 0.2),
        ("Hello", 0.1, 0.5, 0.9),
        (",", 0.5, 0.6, 0.3),
        (" you", 0.6, 0.8, 0.7),
        ("?", 0.8, 0.8, 0.1),
        ('"', 0.8, 0.8, 0.4),
    ) == (Word(' "Hello,', 0.1, 0.5, 0.9), Word(' you?"', 0.6, 0.8, 0.7))


def test_an_empty_text_has_no_words_and_is_not_aligned() -> None:
    assert aligned() == ()
