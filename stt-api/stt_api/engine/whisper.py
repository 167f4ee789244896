"""faster-whisper and CTranslate2 behind one call: requests in, transcripts out.

One ``encode`` and one ``generate`` for the whole batch. Whisper's padding to 30 s is kept only
for models that need it. See docs/architecture.md for the measurements behind this.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens

from ..errors import ModelUnavailable
from ..session.audio import SAMPLE_RATE, Samples
from ..session.decoding import DecodeOptions, DecodeRequest, Task, Transcript
from .batch_key import LONGEST_S, BatchKey, fitting_context_s
from .devices import check_device
from .models import EncoderContext, ModelSource
from .prompt import PromptEncoder, Tokens
from .second_opinion import lost_words, needs_second_opinion, second_opinion
from .threads import keep_blas_to_its_caller, usable_cores
from .words import words_of


@dataclass(frozen=True, slots=True)
class WhisperConfig:
    device: str = "auto"
    device_index: int = 0
    compute_type: str = "auto"
    cpu_threads: int = 0
    """For all workers together; 0: one for each core that the process may use."""
    workers: int = 1
    """Batches that may run at once."""
    beam_size: int = 1
    """Of finals. Interims are greedy."""
    encoder_context: EncoderContext | None = None
    """None: what the model's folder says, else full."""


class WhisperTranscriber:
    """May be called from as many threads as ``config.workers``."""

    def __init__(self, source: ModelSource, config: WhisperConfig) -> None:
        self.name = source.name
        self.config = config
        self.encoder_context = config.encoder_context or source.encoder_context
        keep_blas_to_its_caller()
        self.whisper = _load(source, config)
        self.languages = _languages(self.whisper)
        tokenizer = self._tokenizer("en", Task.TRANSCRIBE)
        self._suppressed = get_suppressed_tokens(tokenizer, [-1])
        self._prompts = PromptEncoder(
            self.whisper.hf_tokenizer, tokenizer.sot_prev, source.prompt_tokens
        )

    @property
    def device(self) -> str:
        return str(self.whisper.model.device)

    def using(self, encoder_context: EncoderContext, beam_size: int) -> "WhisperTranscriber":
        """Return one that shares these weights and decodes in another way."""
        other = copy(self)
        other.config = replace(self.config, beam_size=beam_size)
        other.encoder_context = encoder_context
        return other

    def warm_up(self) -> None:
        """Let every worker hear the longest audio before the first client needs it.

        What a worker allocates for that serves everything shorter: memory is flat from then on.
        Raise ModelUnavailable if the model does not run, such as where cuBLAS is missing.
        """
        noise = np.random.default_rng(0).normal(0, 0.1, LONGEST_S * SAMPLE_RATE).astype(np.float32)
        request = DecodeRequest(noise, DecodeOptions(words=True), final=True)
        workers = self.config.workers
        with ThreadPoolExecutor(workers) as threads:
            try:
                list(threads.map(self.transcribe, [[request]] * workers))
            except Exception as error:  # of CTranslate2 or CUDA
                raise ModelUnavailable(
                    f"the model {self.name} does not run on {self.device}: {error}"
                ) from error

    def batch_key(self, request: DecodeRequest) -> BatchKey:
        full = self.encoder_context is EncoderContext.FULL
        previous = self._previous(request)
        return BatchKey(
            LONGEST_S if full else fitting_context_s(request.seconds),
            len(previous),
            self.config.beam_size if request.final else 1,
            keyterms=request.final and bool(request.options.keyterms and previous),
        )

    def transcribe(self, requests: Sequence[DecodeRequest]) -> list[Transcript]:
        """Transcribe requests that share one ``batch_key``, which decides the options."""
        return self._transcribe(requests, self.batch_key(requests[0]))

    def doubts(self, request: DecodeRequest, transcript: Transcript) -> bool:
        """Tell if the transcript is worth a ``reconsider``, which takes as long again or longer."""
        return needs_second_opinion(request, transcript)

    def reconsider(self, request: DecodeRequest, transcript: Transcript) -> Transcript:
        """Decode again, in other ways, and return what is to be believed."""

        def decode(key: BatchKey) -> Transcript:
            return self._transcribe([request], key)[0]

        believed = second_opinion(transcript, request, self.batch_key(request), decode)
        return replace(believed, redone=True)

    def transcribe_alone(self, request: DecodeRequest) -> Transcript:
        """Transcribe one request, with a second opinion where it is doubted."""
        [transcript] = self.transcribe([request])
        if self.doubts(request, transcript):
            return self.reconsider(request, transcript)
        return transcript

    def _transcribe(self, requests: Sequence[DecodeRequest], key: BatchKey) -> list[Transcript]:
        encoded = self.whisper.encode(np.stack([self._features(r, key) for r in requests]))
        tokenizers = self._tokenizers(requests, encoded)
        previous = [self._previous(request) for request in requests]
        transcripts = self._decode(encoded, requests, tokenizers, previous, key)
        if not key.keyterms:
            return transcripts
        without = self._decode(encoded, requests, tokenizers, [()] * len(requests), key)
        return [
            plain if lost_words(given, plain, request.options.keyterms) else given
            for request, given, plain in zip(requests, transcripts, without, strict=True)
        ]

    def _decode(
        self,
        encoded: ctranslate2.StorageView,
        requests: Sequence[DecodeRequest],
        tokenizers: Sequence[Tokenizer],
        previous: Sequence[Tokens],
        key: BatchKey,
    ) -> list[Transcript]:
        beginnings = zip(previous, map(self._beginning, requests, tokenizers), strict=True)
        results = self.whisper.model.generate(
            encoded,
            [[*before, *beginning] for before, beginning in beginnings],
            beam_size=key.beam_size,
            repetition_penalty=key.repetition_penalty,
            max_length=key.max_length,
            return_scores=True,
            return_no_speech_prob=True,
            suppress_tokens=self._suppressed,
        )
        tokens = [result.sequences_ids[0] for result in results]
        words = words_of(self.whisper, encoded, requests, tokenizers, tokens)
        return [
            Transcript(w, t.language_code, _avg_logprob(r), r.no_speech_prob)
            for w, t, r in zip(words, tokenizers, results, strict=True)
        ]

    def _features(self, request: DecodeRequest, key: BatchKey) -> Samples:
        """Return the log-mel, bands by frames, of the audio with silence behind it."""
        samples = request.samples[: LONGEST_S * SAMPLE_RATE]
        padded = np.pad(samples, (0, key.context_s * SAMPLE_RATE - len(samples)))
        features: Samples = self.whisper.feature_extractor(padded, padding=0)
        return features

    def _tokenizers(
        self, requests: Sequence[DecodeRequest], encoded: ctranslate2.StorageView
    ) -> list[Tokenizer]:
        languages = [request.options.language for request in requests]
        if None in languages and self.whisper.model.is_multilingual:
            detected = self.whisper.model.detect_language(encoded)
            languages = [
                language or best[0][0].strip("<|>")
                for language, best in zip(languages, detected, strict=True)
            ]
        tasks = (request.options.task for request in requests)
        return [
            self._tokenizer(language or "en", task)
            for language, task in zip(languages, tasks, strict=True)
        ]

    def _tokenizer(self, language: str, task: Task) -> Tokenizer:
        multilingual = self.whisper.model.is_multilingual
        return Tokenizer(self.whisper.hf_tokenizer, multilingual, task=task, language=language)

    def _previous(self, request: DecodeRequest) -> Tokens:
        return self._prompts.previous(request.options.prompt, request.options.keyterms)

    def _beginning(self, request: DecodeRequest, tokenizer: Tokenizer) -> Tokens:
        task = (*tokenizer.sot_sequence, tokenizer.no_timestamps)
        return (*task, *self._prompts.encode(request.prefix))


def _load(source: ModelSource, config: WhisperConfig) -> WhisperModel:
    check_device(config.device, config.device_index, config.compute_type)
    try:
        return WhisperModel(
            source.location,
            device=config.device,
            device_index=config.device_index,
            compute_type=config.compute_type,
            cpu_threads=max(1, (config.cpu_threads or usable_cores()) // config.workers),
            num_workers=config.workers,
        )
    except Exception as error:  # of the hub, the file system, CTranslate2 or CUDA
        raise ModelUnavailable(
            f"cannot load the model {source.name} from {source.location} "
            f"(device {config.device}, compute type {config.compute_type}): {error}"
        ) from error


def _languages(whisper: WhisperModel) -> tuple[str, ...]:
    """Return those that have a token: faster-whisper lists Cantonese for models that have none."""
    tokens = whisper.hf_tokenizer
    return tuple(code for code in whisper.supported_languages if tokens.token_to_id(f"<|{code}|>"))


def _avg_logprob(result: Any) -> float:
    """Return the mean over the tokens, the end token among them, as Whisper does."""
    length = len(result.sequences_ids[0])
    return float(result.scores[0]) * length / (length + 1)
