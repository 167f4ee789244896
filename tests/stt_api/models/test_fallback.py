"""A model that fails at short contexts as stock weights do, and what is heard all the same."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from stt_api.models.batch_key import BatchKey
from stt_api.models.sources import find_model
from stt_api.models.traits import EncoderContext
from stt_api.models.weights import Weights
from stt_api.models.whisper import WhisperConfig, WhisperTranscriber
from stt_api.session.decoding import DecodeOptions, DecodeRequest, Doubt, Transcript
from stt_api.word_errors import word_errors
from stt_testing.recordings import Recording, recordings

FIT, PADDED, FULL = EncoderContext.FIT, EncoderContext.PADDED, EncoderContext.FULL
SENTENCES = recordings("short")[:12]


def rambling(transcript: Transcript) -> Transcript:
    return replace(transcript, words=transcript.words[::-1], cut_off=True)


def repeating(transcript: Transcript) -> Transcript:
    return replace(transcript, words=transcript.words * 8, avg_logprob=-0.7)


def guessing(transcript: Transcript) -> Transcript:
    return replace(transcript, words=transcript.words[:1], avg_logprob=-1.4)


FAILURES = (rambling, repeating, guessing)


class Fragile:
    """The weights of pico, but each second sentence fails wherever the context is short."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    def __getattr__(self, name: str) -> Any:
        return getattr(self._weights, name)

    def decode(
        self, encoded: Any, requests: Sequence[DecodeRequest], *others: Any
    ) -> list[Transcript]:
        transcripts = self._weights.decode(encoded, requests, *others)
        key: BatchKey = others[-1]
        if key.is_full:
            return transcripts
        return [_failed(r, t) for r, t in zip(requests, transcripts, strict=True)]


def _failed(request: DecodeRequest, transcript: Transcript) -> Transcript:
    kind = len(request.samples) // 2 % (2 * len(FAILURES))
    return FAILURES[kind](transcript) if kind < len(FAILURES) else transcript


@pytest.fixture
def fragile() -> WhisperTranscriber:
    transcriber = WhisperTranscriber(find_model("pico"), WhisperConfig(device="cpu"))
    transcriber.weights = Fragile(transcriber.weights)  # type: ignore[assignment]
    return transcriber


def final(recording: Recording, number: int) -> DecodeRequest:
    """Of a length that decides how it fails."""
    samples = recording.samples()
    kinds = 2 * len(FAILURES)
    end = len(samples) // (2 * kinds) * 2 * kinds - 2 * (kinds - number % kinds)
    return DecodeRequest(samples[:end], DecodeOptions(language="en"), final=True)


FINALS = [final(recording, number) for number, recording in enumerate(SENTENCES)]


def errors(transcripts: Sequence[Transcript]) -> int:
    pairs = zip(SENTENCES, transcripts, strict=True)
    return sum(word_errors(recording.text, transcript.text) for recording, transcript in pairs)


def test_a_model_that_fails_at_short_contexts_is_heard_as_at_full_context(
    fragile: WhisperTranscriber,
) -> None:
    fit = fragile.using(FIT, beam_size=1)
    alone = [fit.transcribe_once(request) for request in FINALS]
    with_fallback = [fit.transcribe_alone(request) for request in FINALS]
    full = [fragile.using(FULL, beam_size=1).transcribe_alone(request) for request in FINALS]
    assert errors(with_fallback) == errors(full) < errors(alone)
    reasons = [transcript.redone for transcript in with_fallback]
    kinds = [Doubt.CUT_OFF, Doubt.REPETITION, Doubt.UNSURE]
    assert [reasons[:3], reasons[6:9]] == [kinds, kinds]


def test_a_model_that_fails_at_short_contexts_gets_longer_ones(fragile: WhisperTranscriber) -> None:
    failing = FINALS[:3] * 6
    seen = [fragile.contexts.finals]
    for request in failing:
        redone = fragile.transcribe_alone(request).redone
        seen.append(fragile.contexts.finals)
    assert list(dict.fromkeys(seen)) == [FIT, PADDED, FULL]
    assert redone is None


class Distracted(Fragile):
    """It fails where ``Fragile`` does, and keyterms cost it all but a word at every context."""

    def decode(
        self, encoded: Any, requests: Sequence[DecodeRequest], *others: Any
    ) -> list[Transcript]:
        transcripts = super().decode(encoded, requests, *others)
        key: BatchKey = others[-1]
        return [guessing(each) if key.keyterms else each for each in transcripts]


def test_keyterms_cost_no_words_in_a_second_opinion(fragile: WhisperTranscriber) -> None:
    plain = fragile.transcribe_alone(FINALS[0])
    distracted = fragile.using(FIT, beam_size=1)
    distracted.weights = Distracted(fragile.weights._weights)  # type: ignore[assignment, attr-defined]
    keyterms = replace(FINALS[0].options, keyterms=("Oslo",))
    heard = distracted.transcribe_alone(replace(FINALS[0], options=keyterms))
    assert (heard.redone, heard.text) == (Doubt.CUT_OFF, plain.text)


def test_an_interim_that_fails_is_not_decoded_again(fragile: WhisperTranscriber) -> None:
    interim = replace(FINALS[0], final=False)
    assert fragile.transcribe_alone(interim).redone is None
