"""How well and how fast a model hears recordings whose texts are known. Prints nothing."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .decoding.engine import Engine
from .decoding.job import finals_first
from .models.contexts import LONGEST_S
from .models.whisper import WhisperTranscriber
from .recordings import BadRecordings, Clip
from .session.audio import SAMPLE_RATE, Samples, to_pcm
from .session.config import SessionConfig
from .session.decoding import DecodeOptions, DecodeRequest
from .session.events import Final
from .session.outbox import FinalCounts
from .session.vad import SpeechModel
from .transcription.contract import Transcription
from .transcription.local import LocalTranscriptions
from .word_errors import words


@dataclass(frozen=True, slots=True)
class Heard:
    """What a model made of one clip. ``seconds`` of work for ``audio_s`` of sound.

    ``redone`` counts the finals, of ``finals``, that were decoded again because of doubt.
    """

    reference: str
    text: str
    seconds: float
    audio_s: float
    finals: int
    redone: int


@dataclass(frozen=True, slots=True)
class TermCount:
    """How often keyterms were said, how many of these were heard, and how many more were."""

    said: int
    found: int
    invented: int


def count_terms(terms: Iterable[str], heard: Sequence[Heard]) -> TermCount:
    """Compare how often each term is in each text; where in the text does not matter."""
    pairs = [
        (_occurrences(term, each.reference), _occurrences(term, each.text))
        for term in terms
        for each in heard
    ]
    return TermCount(
        said=sum(said for said, _ in pairs),
        found=sum(min(pair) for pair in pairs),
        invented=sum(max(0, heard - said) for said, heard in pairs),
    )


def _occurrences(term: str, text: str) -> int:
    sought, given = words(term), words(text)
    starts = range(len(given) - len(sought) + 1) if sought else ()
    return sum(given[start : start + len(sought)] == sought for start in starts)


def check_clip(clip: Clip, offline: bool) -> None:
    """Raise BadRecordings for what could not be heard, ``offline`` or else in a session."""
    if offline:
        _whole_utterances(clip)
    else:
        clip.samples()


def _whole_utterances(clip: Clip) -> list[Samples]:
    utterances = clip.utterances()
    if max(map(len, utterances)) > LONGEST_S * SAMPLE_RATE:
        raise BadRecordings(
            f"{clip.path}: longer than {LONGEST_S} s; offline needs the times of its "
            "utterances in a manifest.json, or leave it out with --ways streaming"
        )
    return utterances


def hear_offline(clip: Clip, transcriber: WhisperTranscriber, options: DecodeOptions) -> Heard:
    """Decode each utterance alone, as a whole."""
    utterances = _whole_utterances(clip)
    began = time.perf_counter()
    transcripts = [
        transcriber.transcribe_alone(DecodeRequest(samples, options, final=True))
        for samples in utterances
    ]
    return Heard(
        reference=clip.text,
        text=" ".join(transcript.text for transcript in transcripts),
        seconds=time.perf_counter() - began,
        audio_s=sum(map(len, utterances)) / SAMPLE_RATE,
        finals=len(transcripts),
        redone=sum(transcript.redone is not None for transcript in transcripts),
    )


def hear_streaming(
    clip: Clip,
    transcriber: WhisperTranscriber,
    speech_model: SpeechModel,
    config: SessionConfig,
) -> Heard:
    """Send the recording through a transcription, as a client would, without interims."""
    samples = clip.samples()
    pcm = to_pcm(samples)
    transcriptions = LocalTranscriptions(
        Engine([transcriber], finals_first(transcriber.most_together)), speech_model
    )
    began = time.perf_counter()
    finals, counts = asyncio.run(
        _transcribe(transcriptions, replace(config, interim_results=False), pcm)
    )
    return Heard(
        reference=clip.text,
        text=" ".join(final.text for final in finals),
        seconds=time.perf_counter() - began,
        audio_s=len(samples) / SAMPLE_RATE,
        finals=counts.finals + counts.suppressed,
        redone=sum(counts.redone.values()),
    )


async def _transcribe(
    transcriptions: LocalTranscriptions, config: SessionConfig, pcm: bytes
) -> tuple[list[Final], FinalCounts]:
    running = asyncio.create_task(transcriptions.run())
    async with transcriptions.open(config) as transcription:
        sending = asyncio.create_task(_send(transcription, pcm))
        finals = [
            event async for events in transcription for event in events if isinstance(event, Final)
        ]
        await sending
    running.cancel()
    return finals, transcription.counts


async def _send(transcription: Transcription, pcm: bytes) -> None:
    await transcription.send(pcm)
    await transcription.end()
