"""stt-api convert: a checkpoint of transformers → a folder that this server loads.

The folder appears at the end, whole and proven to run, or not at all.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .arguments import evaluation_of
from .config import Settings
from .errors import ModelUnavailable
from .models.checkpoint import CannotConvert, Completed, complete
from .models.devices import check_device
from .models.hub import fetch_checkpoint, fetch_tokenizer
from .models.sources import TRAITS_FILE, find_model, read_traits
from .models.traits import KNOWN, STOCK
from .models.whisper import WhisperTranscriber
from .recordings import find_clips

DeclaredTraits = dict[str, Any]  # as they stand in TRAITS_FILE
Converter = Callable[[Path, Path, str], None]


@dataclass(frozen=True, slots=True)
class Made:
    completed: Completed
    traits: DeclaredTraits
    warm_up_s: float


def convert(options: argparse.Namespace, settings: Settings) -> None:
    """Raise ClientError for what the operator has given, or the machine does not have."""
    device = settings.whisper()[0]
    check_device(device.device, device.device_index, device.compute_type)
    converter, measure = _converter(), _measurement(options, settings)
    try:
        with whole_or_nothing(options.folder) as unfinished:
            made = _make(options, settings, unfinished, converter)
    except ModelUnavailable as error:
        raise CannotConvert(str(error)) from error
    except OSError as error:
        where = error.filename or options.folder
        raise CannotConvert(f"{where}: {error.strerror}; nothing was written") from error
    print(report(options, made))
    measure()


def _converter() -> Converter:
    try:
        from .models.conversion import convert_checkpoint
    except ImportError as error:
        raise SystemExit(
            "stt-api convert needs more packages: install stt-api with the extra [convert]"
        ) from error
    return convert_checkpoint


def _measurement(options: argparse.Namespace, settings: Settings) -> Callable[[], None]:
    """Return what measures the converted model; refuse now what could not be measured then."""
    if not options.evaluate:
        return lambda: None
    from .evaluate import evaluate

    find_clips(options.evaluate)
    converted = settings.model_copy(update={"model": str(options.folder)})
    return lambda: evaluate(evaluation_of(options.evaluate), converted)


@contextmanager
def whole_or_nothing(folder: Path) -> Iterator[Path]:
    """Yield where to write what becomes ``folder``, a whole path; remove it where that fails.

    A process that is killed leaves a hidden folder beside, never a part of ``folder`` itself.
    """
    if folder.is_mount():
        raise CannotConvert(f"{folder} is a mount point; name a new folder in it")
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise CannotConvert(f"{folder} is there already; name a folder that is new, or empty")
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as beside:
        unfinished = Path(beside) / folder.name
        yield unfinished
        unfinished.replace(folder)


def _make(
    options: argparse.Namespace, settings: Settings, unfinished: Path, converter: Converter
) -> Made:
    checkpoint = _find(options.source)
    whole = unfinished.with_name(f"{unfinished.name}.checkpoint")
    whole.mkdir()
    completed = complete(checkpoint, whole, options.tokenizer, fetch_tokenizer)
    traits = declared(options.source, checkpoint, options.context)
    (whole / TRAITS_FILE).write_text(json.dumps(traits))
    converter(whole, unfinished, options.quantization)
    return Made(completed, traits, _warm_up_s(unfinished, settings))


def _find(source: str) -> Path:
    if Path(source).is_dir():
        return Path(source)
    if source.startswith((".", "/", "~")):
        raise CannotConvert(f"there is no checkpoint folder {source}")
    return fetch_checkpoint(source)


def declared(source: str, checkpoint: Path, context: str | None) -> DeclaredTraits:
    """Return the checkpoint's own traits, else what is known of its hub id; ``context`` counts."""
    file = checkpoint / TRAITS_FILE
    read_traits(file)  # refuses bad ones; more than it knows may stand there
    known = KNOWN.get(source, STOCK).model_dump(mode="json", exclude_unset=True)
    traits: DeclaredTraits = json.loads(file.read_bytes()) if file.is_file() else known
    return {**traits, **({"encoder_context": context} if context else {})}


def _warm_up_s(folder: Path, settings: Settings) -> float:
    """Load and run the model on 30 s of noise; raise ModelUnavailable where it does not."""
    config = replace(settings.whisper()[0], workers=1)
    transcriber = WhisperTranscriber(find_model(str(folder)), config)
    began = time.perf_counter()
    transcriber.warm_up()
    return time.perf_counter() - began


def report(options: argparse.Namespace, made: Made) -> str:
    size = sum(file.stat().st_size for file in options.folder.iterdir())
    heads = "of the checkpoint" if made.completed.aligned else "none named: CTranslate2's choice"
    traits = json.dumps(made.traits) if made.traits else "none: taken for stock weights"
    lines = (
        f"{options.folder}: {options.source}, {options.quantization}, {size / 1e6:.0f} MB",
        f"added: {', '.join(made.completed.added) or 'nothing'}",
        f"alignment heads, for word times: {heads}",
        f"traits ({TRAITS_FILE}): {traits}",
        f"runs here: 30 s of noise in {made.warm_up_s:.1f} s",
        f"serve it with WHISPER_MODEL_SIZE={options.folder}",
    )
    return "\n".join(lines)
