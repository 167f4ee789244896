"""A Whisper model as the engine wants it: requests in, transcripts out.

Decides how long a context each request gets, and whether a final is decoded again. See
docs/architecture.md for the measurements behind this.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from ..errors import ModelUnavailable
from ..session.audio import SAMPLE_RATE
from ..session.decoding import DecodeOptions, DecodeRequest, Doubt, Transcript
from ..session.gating import doubt
from .batch_key import BatchKey
from .contexts import LONGEST_S, Contexts
from .prompt import Tokens
from .second_opinion import Opinion, lost_words, second_opinion
from .sources import ModelSource
from .traits import EncoderContext
from .weights import Encoded, Weights

GPU_BATCH = 16
CPU_BATCH = 4
CPU_REST = 2.0  # a lone speaker is shown new words in time, and many leave cores to finals

Heard = tuple[Encoded, Sequence[DecodeRequest]]
"""What the encoder made of requests, and these with the languages that are in it."""


@dataclass(frozen=True, slots=True)
class WhisperConfig:
    device: str = "auto"
    device_index: int = 0
    compute_type: str = "auto"
    cpu_threads: int = 0
    """For all workers together; 0: one for each core that the process may use."""
    workers: int = 1
    """Batches that may run at once; 0: as many as suit the model and the machine."""
    max_batch_size: int = 0
    """Requests in one call of the model; 0: as many as it gains by."""
    beam_size: int = 1
    """Of finals. Interims are greedy."""
    encoder_context: EncoderContext | None = None
    """Of finals. None: what the model's traits say."""
    interim_context: EncoderContext | None = None
    """None: what the model's traits say; never longer than that of finals."""


class WhisperTranscriber:
    """May be called from as many threads as ``workers``."""

    def __init__(
        self, source: ModelSource, config: WhisperConfig, contexts: Contexts | None = None
    ) -> None:
        """Copies on several GPUs share their ``contexts``, so that they decode alike."""
        self.name = source.name
        self.traits = source.traits
        self.config = config
        self.contexts = contexts or self._contexts(may_grow=True)
        self.weights = Weights(
            source,
            device=config.device,
            device_index=config.device_index,
            compute_type=config.compute_type,
            threads=config.cpu_threads,
            workers=config.workers,
        )
        self.languages = self.weights.languages()

    @property
    def device(self) -> str:
        return self.weights.device

    @property
    def rest(self) -> float:
        """On a GPU batches are large anyway, and its time costs the sessions nothing."""
        return 0.0 if self.device == "cuda" else CPU_REST

    @property
    def workers(self) -> int:
        return self.weights.workers

    def using(self, encoder_context: EncoderContext, beam_size: int) -> "WhisperTranscriber":
        """Return one that shares these weights and decodes in this way, whatever comes of it."""
        other = copy(self)
        other.config = replace(self.config, beam_size=beam_size, encoder_context=encoder_context)
        other.contexts = other._contexts(may_grow=False)
        return other

    def warm_up(self) -> None:
        """Let every worker hear the longest audio before the first client needs it.

        What a worker allocates for that serves everything shorter: memory is flat from then on.
        Raise ModelUnavailable if the model does not run, such as where cuBLAS is missing.
        """
        noise = np.random.default_rng(0).normal(0, 0.1, LONGEST_S * SAMPLE_RATE).astype(np.float32)
        request = DecodeRequest(noise, DecodeOptions(words=True), final=True)
        with ThreadPoolExecutor(self.workers) as threads:
            try:
                list(threads.map(self.transcribe_once, [request] * self.workers))
            except Exception as error:  # of CTranslate2 or CUDA
                raise ModelUnavailable(
                    f"the model {self.name} does not run on {self.device}: {error}"
                ) from error

    def batch_key(self, request: DecodeRequest) -> BatchKey:
        previous = self._previous(request)
        return BatchKey(
            self.contexts.length_s(request),
            len(previous),
            self.config.beam_size if request.final else 1,
            keyterms=request.final and bool(self._keyterms(request) and previous),
        )

    def most_together(self, key: BatchKey) -> int:
        """Return how many requests of one key go into a batch.

        On a CPU a bigger batch costs as much for each item, and all wait for the last one.
        """
        if self.config.max_batch_size:
            return self.config.max_batch_size
        if self.device == "cuda":
            return GPU_BATCH
        return max(1, min(CPU_BATCH, LONGEST_S // key.context_s))

    def transcribe(self, requests: Sequence[DecodeRequest], key: BatchKey) -> list[Transcript]:
        """Transcribe requests that had one ``batch_key`` when they came."""
        return self._decode(self._encode(requests, key.context_s), key)

    def doubts(self, request: DecodeRequest, transcript: Transcript, key: BatchKey) -> bool:
        """Tell if the transcript is worth a ``reconsider``, which takes as long again or longer.

        Interims never are: the next one comes soon, and no final should wait for one.
        """
        if not request.final:
            return False
        reason = doubt(request, transcript)
        if reason is Doubt.EARLY_END and key.is_plain:
            return False  # nothing is left to be tried
        if reason is None:
            self.contexts.judge(request, key.context_s, too_short=False)
        return reason is not None

    def reconsider(
        self, request: DecodeRequest, transcript: Transcript, key: BatchKey
    ) -> Iterator[Transcript | None]:
        """Decode again, in other ways. Yield None after each but the last, then what to believe.

        So whoever waits for a first transcript may go in between.
        """
        encode = lru_cache(lambda context_s: self._encode([request], context_s))
        deciding, heard = second_opinion(transcript, request, key), None
        while True:
            try:
                asked = deciding.send(heard)
            except StopIteration as decided:
                opinion: Opinion = decided.value
                break
            if heard:
                yield None
            [heard] = self._decode(encode(asked.context_s), asked)
        self.contexts.judge(request, key.context_s, too_short=opinion.too_short)
        yield replace(opinion.believed, redone=doubt(request, transcript))

    def transcribe_once(self, request: DecodeRequest) -> Transcript:
        [transcript] = self.transcribe([request], self.batch_key(request))
        return transcript

    def transcribe_alone(self, request: DecodeRequest) -> Transcript:
        """Transcribe one request, with a second opinion where it is doubted."""
        key = self.batch_key(request)
        [transcript] = self.transcribe([request], key)
        if not self.doubts(request, transcript, key):
            return transcript
        return next(filter(None, self.reconsider(request, transcript, key)))

    def _encode(self, requests: Sequence[DecodeRequest], context_s: int) -> Heard:
        encoded = self.weights.encode(requests, context_s)
        return encoded, self.weights.with_languages(requests, encoded)

    def _decode(self, heard: Heard, key: BatchKey) -> list[Transcript]:
        encoded, requests = heard
        previous = [self._previous(each) if key.prompt_tokens else () for each in requests]
        transcripts = self.weights.decode(encoded, requests, previous, key)
        if not key.keyterms:
            return transcripts
        without = self._decode(heard, key.without_text)
        return [
            plain if lost_words(given, plain, request.options.keyterms) else given
            for request, given, plain in zip(requests, transcripts, without, strict=True)
        ]

    def _contexts(self, *, may_grow: bool) -> Contexts:
        return Contexts(
            self.traits,
            self.config.encoder_context or self.traits.encoder_context,
            self.config.interim_context or self.traits.interims,
            may_grow=may_grow,
        )

    def _previous(self, request: DecodeRequest) -> Tokens:
        return self.weights.prompts.previous(request.options.prompt, self._keyterms(request))

    def _keyterms(self, request: DecodeRequest) -> tuple[str, ...]:
        return request.options.keyterms if self.traits.keyterms else ()
