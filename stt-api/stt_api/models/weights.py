"""The weights behind three calls: encode, detect, decode. What to decode, and how, is given.

faster-whisper loads them and brings its tokenizer and log-mel; CTranslate2 runs them, one
``encode`` and one ``generate`` for a whole batch.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens
from faster_whisper.utils import download_model

from ..errors import ModelUnavailable
from ..session.audio import SAMPLE_RATE, Samples
from ..session.decoding import DecodeOptions, DecodeRequest, Transcript
from .batch_key import BatchKey
from .contexts import LONGEST_S
from .devices import check_device
from .language import with_languages
from .prompt import PromptEncoder, Tokens
from .sources import ModelSource
from .threads import keep_blas_to_its_caller, usable_cores
from .words import words_of
from .workers import workers_for

ATTEMPTS = 5  # at a temperature; the most probable one counts. Whisper's best_of

Encoded: TypeAlias = ctranslate2.StorageView


class Weights:
    """May be called from as many threads as ``workers``."""

    def __init__(
        self,
        source: ModelSource,
        *,
        device: str,
        device_index: int,
        compute_type: str,
        threads: int,
        workers: int,
    ) -> None:
        """Load onto a device; raise ModelUnavailable.

        ``threads`` of a CPU are shared by all workers; 0: one for each core that the process may
        use. ``workers`` 0: as many as suit the weights.
        """
        keep_blas_to_its_caller()
        check_device(device, device_index, compute_type)
        with _explained(source, f"device {device}, compute type {compute_type}"):
            folder = _fetch(source.location)
            self.workers = workers or workers_for(folder / "model.bin", device)
            threads = max(1, (threads or usable_cores()) // self.workers)
            self.whisper = WhisperModel(
                str(folder),
                device=device,
                device_index=device_index,
                compute_type=compute_type,
                cpu_threads=threads,
                num_workers=self.workers,
            )
        tokenizer = self.tokenizer(DecodeOptions(language="en"))
        self._suppressed = get_suppressed_tokens(tokenizer, [-1])
        self.prompts = PromptEncoder(
            self.whisper.hf_tokenizer, tokenizer.sot_prev, source.traits.prompt_tokens
        )

    @property
    def device(self) -> str:
        return str(self.whisper.model.device)

    def languages(self) -> tuple[str, ...]:
        """Return those with a token: faster-whisper lists Cantonese for models without it."""
        token = self.whisper.hf_tokenizer.token_to_id
        return tuple(code for code in self.whisper.supported_languages if token(f"<|{code}|>"))

    def tokenizer(self, options: DecodeOptions) -> Tokenizer:
        multilingual = self.whisper.model.is_multilingual
        language = options.known_language or "en"  # where the model knows no other
        return Tokenizer(self.whisper.hf_tokenizer, multilingual, options.task, language)

    def encode(self, requests: Sequence[DecodeRequest], context_s: int) -> Encoded:
        features = [self._features(request.samples, context_s) for request in requests]
        encoded: Encoded = self.whisper.encode(np.stack(features))
        return encoded

    def with_languages(
        self, requests: Sequence[DecodeRequest], encoded: Encoded
    ) -> list[DecodeRequest]:
        """Return the requests with the languages that they name, or that are detected."""
        return with_languages(self.whisper.model, encoded, requests)

    def decode(
        self,
        encoded: Encoded,
        requests: Sequence[DecodeRequest],
        previous: Sequence[Tokens],
        key: BatchKey,
    ) -> list[Transcript]:
        """Return one transcript for each request; ``previous`` is as long as the key says."""
        tokenizers = [self.tokenizer(request.options) for request in requests]
        beginnings = zip(previous, map(self._beginning, requests, tokenizers), strict=True)
        results = self.whisper.model.generate(
            encoded,
            [[*before, *beginning] for before, beginning in beginnings],
            beam_size=key.beam_size,
            num_hypotheses=ATTEMPTS if key.temperature else 1,
            sampling_topk=0 if key.temperature else 1,
            sampling_temperature=key.temperature or 1,
            repetition_penalty=key.repetition_penalty,
            max_length=key.max_length,
            return_scores=True,
            return_no_speech_prob=True,
            suppress_tokens=self._suppressed,
        )
        tokens = [result.sequences_ids[0] for result in results]
        words = words_of(self.whisper, encoded, requests, tokenizers, tokens, key)
        return [
            Transcript(
                words=said,
                language=tokenizer.language_code,
                avg_logprob=_avg_logprob(result),
                no_speech_prob=result.no_speech_prob,
                cut_off=len(ids) >= key.most_tokens,
                belief=request.belief,
            )
            for said, tokenizer, result, ids, request in zip(
                words, tokenizers, results, tokens, requests, strict=True
            )
        ]

    def _features(self, samples: Samples, context_s: int) -> Samples:
        """Return the log-mel, bands by frames, of the audio with silence behind it."""
        samples = samples[: LONGEST_S * SAMPLE_RATE]
        padded = np.pad(samples, (0, context_s * SAMPLE_RATE - len(samples)))
        features: Samples = self.whisper.feature_extractor(padded, padding=0)
        return features

    def _beginning(self, request: DecodeRequest, tokenizer: Tokenizer) -> Tokens:
        task = (*tokenizer.sot_sequence, tokenizer.no_timestamps)
        return (*task, *self.prompts.encode(request.prefix))


def _fetch(location: str) -> Path:
    """Return the folder of the weights, from the hub where it is none."""
    return Path(location if Path(location).is_dir() else download_model(location))


@contextmanager
def _explained(source: ModelSource, how: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # of the hub, the file system, CTranslate2 or CUDA
        raise ModelUnavailable(
            f"cannot load the model {source.name} from {source.location} ({how}): {error}"
        ) from error


def _avg_logprob(result: Any) -> float:
    """Return the mean over the tokens, the end token among them, as Whisper does."""
    length = len(result.sequences_ids[0])
    return float(result.scores[0]) * length / (length + 1)
