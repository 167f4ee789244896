"""Find a Whisper model by name, and say plainly when it can't be had. Loads nothing."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from ..errors import ModelUnavailable
from .traits import KNOWN, STOCK, Traits
from .validation import first_fault

# Without its tokenizer, faster-whisper would ask the hub for one.
NEEDED_FILES = ("model.bin", "tokenizer.json")
TRAITS_FILE = "stt.json"  # beside the weights: what this server has to know of them


@dataclass(frozen=True, slots=True)
class ModelSource:
    """``location`` is a folder, a faster-whisper size or a hub id."""

    name: str
    location: str
    traits: Traits = STOCK


def find_model(name: str) -> ModelSource:
    """Resolve ``pico``, a folder, a faster-whisper size or a hub id; raise ModelUnavailable."""
    if name == "pico":
        return _from_folder(name, _pico())
    if Path(name).is_dir():
        return _from_folder(Path(name).name, Path(name))
    if name.startswith((".", "/", "~")):
        raise ModelUnavailable(f"there is no model folder {name}")
    return ModelSource(name, name, KNOWN.get(name, STOCK))


def _pico() -> Path:
    try:
        import stt_model_pico
    except ImportError as error:
        raise ModelUnavailable(
            "the model pico is not installed; its package is stt-model-pico"
        ) from error
    return Path(stt_model_pico.path())


def _from_folder(name: str, folder: Path) -> ModelSource:
    for needed in NEEDED_FILES:
        if not (folder / needed).is_file():
            raise ModelUnavailable(
                f"{folder} holds no {needed}; a checkpoint of transformers is made into such a "
                "folder with: stt-api convert SOURCE FOLDER"
            )
    return ModelSource(name, str(folder), read_traits(folder / TRAITS_FILE))


def read_traits(file: Path) -> Traits:
    """Return what the file declares, or those of stock weights where there is none."""
    try:
        return Traits.model_validate_json(file.read_bytes()) if file.is_file() else STOCK
    except ValidationError as error:
        raise ModelUnavailable(f"{file}: {first_fault(error)}") from None
