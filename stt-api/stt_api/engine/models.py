"""Find a Whisper model by name, and say plainly when it can't be had. Loads nothing."""

import enum
import json
from dataclasses import dataclass
from pathlib import Path

from ..errors import ModelUnavailable

TRAITS_FILE = "stt.json"  # beside the weights: what this server has to know of them


class EncoderContext(enum.StrEnum):
    """How much audio the encoder is given: 30 s always, or about as much as there is."""

    FULL = "full"
    FIT = "fit"


@dataclass(frozen=True, slots=True)
class ModelSource:
    """``location`` is a folder, a faster-whisper size or a hub id."""

    name: str
    location: str
    encoder_context: EncoderContext


def find_model(name: str) -> ModelSource:
    """Resolve ``pico``, a folder, a faster-whisper size or a hub id; raise ModelUnavailable."""
    if name == "pico":
        return _from_folder(name, _pico())
    if Path(name).is_dir():
        return _from_folder(Path(name).name, Path(name))
    if name.startswith((".", "/", "~")):
        raise ModelUnavailable(f"there is no model folder {name}")
    return ModelSource(name, name, EncoderContext.FULL)


def _pico() -> Path:
    try:
        import stt_model_pico
    except ImportError as error:
        raise ModelUnavailable(
            'the model pico is not installed; install it with: pip install "stt-api[pico]"'
        ) from error
    return Path(stt_model_pico.path())


def _from_folder(name: str, folder: Path) -> ModelSource:
    if not (folder / "model.bin").is_file():
        raise ModelUnavailable(
            f"{folder} holds no model.bin; convert the model with ct2-transformers-converter"
        )
    traits = folder / TRAITS_FILE
    context = json.loads(traits.read_text())["encoder_context"] if traits.is_file() else "full"
    return ModelSource(name, str(folder), EncoderContext(context))
