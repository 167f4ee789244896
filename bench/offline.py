"""The yardstick of cost: faster-whisper's own batched pipeline on what live sessions are played.

It has the whole sound at once, and as one recording, so that its batches are full.
"""

import time
from collections.abc import Sequence
from functools import cache

import numpy as np
import psutil
from faster_whisper import BatchedInferencePipeline

from stt_api.config import Settings
from stt_api.models.sources import find_model
from stt_api.models.whisper import WhisperTranscriber
from stt_api.word_errors import word_errors, words

from .load import Sound
from .measures import Figures
from .step import Step

BATCH_SIZE = 16


@cache
def pipeline(model: str, device: str) -> BatchedInferencePipeline:
    """Load the model with the settings of the server, numpy's BLAS on its caller included.

    But with one worker, on all cores: the pipeline runs one batch at a time.
    """
    settings = Settings().model_copy(update={"device": device, "workers": 1})
    [config, *_] = settings.whisper()
    return BatchedInferencePipeline(WhisperTranscriber(find_model(model), config).weights.whisper)


def load_offline(model: str, device: str) -> None:
    """Do now what would count as the first turn's."""
    pipeline(model, device)


def run_offline(model: str, device: str, plays: Sequence[Sound]) -> Step:
    """Transcribe all plays in this process, and return what it cost the process."""
    whisper, process = pipeline(model, device), psutil.Process()
    samples = np.frombuffer(b"".join(play.pcm() for play in plays), "<i2") / np.float32(32_768)
    cpu_before_s, began = time.process_time(), time.perf_counter()
    segments, _ = whisper.transcribe(
        samples, language="en", beam_size=1, batch_size=BATCH_SIZE, vad_filter=True
    )
    text = " ".join(segment.text for segment in segments)
    cpu_s, elapsed_s = time.process_time() - cpu_before_s, time.perf_counter() - began
    return Step(
        sessions=len(plays),
        figures=_figures(plays, text),
        cpu_s=cpu_s,
        elapsed_s=elapsed_s,
        audio_s=sum(play.seconds for play in plays),
        memory_mb=process.memory_info().rss / 1e6,
        gpu_percent=None,
        batch_sizes=[],
        model_busy=1.0,
    )


def _figures(plays: Sequence[Sound], text: str) -> Figures:
    said = [utterance.text for play in plays for utterance in play.utterances()]
    reference = " ".join(said)
    return Figures(
        utterances=len(said),
        words=len(words(reference)),
        word_errors=word_errors(reference, text),
    )
