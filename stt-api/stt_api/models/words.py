"""From the tokens of a batch to words, with their times where they were asked for."""

from collections.abc import Iterable, Sequence
from typing import Any

import ctranslate2
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import merge_punctuations

from ..session.decoding import DecodeRequest
from ..session.word import Word
from .batch_key import BatchKey

FRAME = 160  # samples of one mel frame
OPENERS = "\"'“¿([{-"  # punctuation that belongs to the word after it, as in faster-whisper
CLOSERS = "\"'.。,，!！?？:：”)]}、"

SLOW_SPEECH = 10  # characters a second; a text of fewer may lack its end

Tokens = list[int]


def words_of(
    whisper: WhisperModel,
    encoded: ctranslate2.StorageView,
    requests: Sequence[DecodeRequest],
    tokenizers: Sequence[Tokenizer],
    tokens: Sequence[Tokens],
    key: BatchKey,
) -> list[tuple[Word, ...]]:
    """Return the words of each request of a batch. Alignment runs once for each language."""
    words = [_split(tokenizer, ids) for tokenizer, ids in zip(tokenizers, tokens, strict=True)]
    timed = [i for i, each in enumerate(requests) if words[i] and _needs_times(each, words[i], key)]
    for language in {tokenizers[i].language_code for i in timed}:
        rows = [i for i in timed if tokenizers[i].language_code == language]
        tokenizer = tokenizers[rows[0]]
        for i, aligned in _align(whisper, encoded, requests, tokenizer, tokens, rows):
            words[i] = aligned
    return words


def _needs_times(request: DecodeRequest, words: Sequence[Word], key: BatchKey) -> bool:
    """Also where the text may stop before the speech does, and a decode under another key may not.

    It does so after a previous text, and at short contexts. Alignment takes about a tenth as long
    as the decode.
    """
    if request.options.words or request.speech_s is None or key.is_plain:
        return request.options.words
    characters = sum(len(word.text) for word in words)
    return key.prompt_tokens > 0 or characters < SLOW_SPEECH * request.speech_s


def _align(
    whisper: WhisperModel,
    encoded: ctranslate2.StorageView,
    requests: Sequence[DecodeRequest],
    tokenizer: Tokenizer,
    tokens: Sequence[Tokens],
    rows: Sequence[int],
) -> Iterable[tuple[int, tuple[Word, ...]]]:
    """Find word times for ``rows``. The others are given one token: an empty text crashes."""
    texts = [ids if i in rows else [tokenizer.eot] for i, ids in enumerate(tokens)]
    frames = [max(2, len(request.samples) // FRAME) for request in requests]
    aligned = whisper.find_alignment(tokenizer, texts, encoded, frames)
    return ((i, _merge(aligned[i])) for i in rows)


def _split(tokenizer: Tokenizer, tokens: Tokens) -> tuple[Word, ...]:
    texts, _ = tokenizer.split_to_word_tokens([*tokens, tokenizer.eot])
    return _merge([{"word": text, "tokens": []} for text in texts[:-1]])


def _merge(aligned: list[dict[str, Any]]) -> tuple[Word, ...]:
    """Join punctuation to its word, which keeps the word's own times."""
    merge_punctuations(aligned, OPENERS, CLOSERS)
    return tuple(
        Word(
            word["word"],
            float(word.get("start", 0)),
            float(word.get("end", 0)),
            float(word.get("probability", 0)),
        )
        for word in aligned
        if word["word"]
    )
