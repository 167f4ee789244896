"""stt-api doctor: what this machine has to serve with, what is missing, and what brings it.

Looks at what the server would use, under the same settings, and loads the model as it does. It
does not look at the port, which a server that runs well has taken.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from .config import Settings, variable
from .diagnosis import Finding, Verdict, faulty, judge_cuda, judge_decode
from .errors import InvalidSetting, ModelUnavailable
from .models.cuda import Cuda, read_cuda
from .models.devices import check_device, compute_types, kind_of
from .models.hub import CACHE, OFFLINE, is_cached
from .models.sources import find_model
from .models.threads import usable_cores
from .models.traits import EncoderContext
from .models.whisper import WhisperTranscriber
from .server import load_transcribers
from .session.audio import SAMPLE_RATE
from .session.decoding import DecodeOptions, DecodeRequest

AUDIO_S = 3.0
ATTEMPTS = 3  # the fastest counts


def doctor(options: argparse.Namespace, settings: Settings) -> None:
    """Print what is found; exit with 1 where the server would not start."""
    findings = examine(settings, read_cuda())
    print(json.dumps([asdict(each) for each in findings]) if options.json else table(findings))
    sys.exit(1 if faulty(findings) else 0)


def examine(settings: Settings, cuda: Cuda) -> list[Finding]:
    """The model is loaded only where nothing stands in its way, and it is here."""
    findings = [*judge_cuda(cuda, settings.device), *_limits(settings)]
    if not faulty(findings):
        findings += _devices(settings)
    model = _find(settings.model)
    findings.append(model)
    if model.verdict is Verdict.OK and not faulty(findings):
        findings += _load(settings)
    return findings


def _limits(settings: Settings) -> Iterator[Finding]:
    cores = usable_cores()
    yield Finding("cores", f"{cores}; threads of the model: {settings.cpu_threads or cores}")
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    bounds = f"connections: {settings.max_connections}, sessions: {settings.max_sessions}"
    yield Finding("open files", f"{files}; {bounds}")


def _devices(settings: Settings) -> Iterator[Finding]:
    for config in settings.whisper():
        device, index = config.device, config.device_index
        try:
            check_device(device, index, config.compute_type)
        except InvalidSetting as error:
            yield Finding(variable(error.field), error.problem, Verdict.FAULT)
        else:
            types = ", ".join(compute_types(device, index))
            yield Finding("compute types", f"{kind_of(device)} {index}: {types}")


def _find(name: str) -> Finding:
    """Say of the model what is known before it is loaded; ok where it can be loaded now."""
    try:
        source = find_model(name)
        here = Path(source.location).is_dir() or is_cached(source.location)
    except ModelUnavailable as error:
        return Finding("model", str(error), Verdict.FAULT)
    if here:
        traits = source.traits
        contexts = f"finals {traits.encoder_context}, interims {traits.interims}"
        return Finding("model", f"{name}; by its traits {contexts}")
    found = f"{name} is not in the cache of the hub, {CACHE}"
    if OFFLINE:
        return Finding("model", found, Verdict.FAULT, "HF_HUB_OFFLINE forbids to fetch it")
    return Finding("model", found, Verdict.NOTE, "the server fetches it when it starts")


def _load(settings: Settings) -> Iterator[Finding]:
    """Each device holds a copy, and may be slower than the first."""
    try:
        transcribers = load_transcribers(settings)
    except ModelUnavailable as error:
        yield Finding("decode", str(error), Verdict.FAULT)
    except InvalidSetting as error:
        yield Finding(variable(error.field), error.problem, Verdict.FAULT)
    else:
        for transcriber in transcribers:
            yield from _decode(transcriber)


def _decode(transcriber: WhisperTranscriber) -> Iterator[Finding]:
    where = f"{transcriber.device} {transcriber.config.device_index}"
    yield Finding("workers", f"{where}: {transcriber.workers}, so many batches run at once")
    finals = transcriber.contexts.finals
    contexts = dict.fromkeys((EncoderContext.FULL, finals, EncoderContext.FIT))
    seconds = {str(context): _seconds(transcriber.using(context, 1)) for context in contexts}
    judged = judge_decode(seconds, str(finals), AUDIO_S)
    yield replace(judged, found=f"{where}: {judged.found}")


def _seconds(transcriber: WhisperTranscriber) -> float:
    """Time a final without words: what the encoder costs, and hardly more."""
    silence = np.zeros(int(AUDIO_S * SAMPLE_RATE), np.float32)
    request = DecodeRequest(silence, DecodeOptions(language="en"), final=True)

    def once() -> float:
        began = time.perf_counter()
        transcriber.transcribe_once(request)
        return time.perf_counter() - began

    return min(once() for _ in range(ATTEMPTS))


def table(findings: list[Finding]) -> str:
    """Return a line for each finding, and one for what to do about it."""
    subjects = max(len(finding.subject) for finding in findings)
    lines = []
    for each in findings:
        lines.append(f"{each.verdict:<5}  {each.subject:<{subjects}}  {each.found}")
        if each.advice:
            lines.append(f"{'':<5}  {'':<{subjects}}  → {each.advice}")
    return "\n".join(lines)
