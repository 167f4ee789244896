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


LONGEST_PROMPT = 223  # tokens; half of what Whisper's decoder can hold, as it was trained


@dataclass(frozen=True, slots=True)
class ModelSource:
    """``location`` is a folder, a faster-whisper size or a hub id.

    ``prompt_tokens`` is the longest previous text that it was trained with.
    """

    name: str
    location: str
    encoder_context: EncoderContext = EncoderContext.FULL
    prompt_tokens: int = LONGEST_PROMPT


def find_model(name: str) -> ModelSource:
    """Resolve ``pico``, a folder, a faster-whisper size or a hub id; raise ModelUnavailable."""
    if name == "pico":
        return _from_folder(name, _pico())
    if Path(name).is_dir():
        return _from_folder(Path(name).name, Path(name))
    if name.startswith((".", "/", "~")):
        raise ModelUnavailable(f"there is no model folder {name}")
    return ModelSource(name, name)


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
    file = folder / TRAITS_FILE
    traits = json.loads(file.read_text()) if file.is_file() else {}
    return ModelSource(
        name,
        str(folder),
        EncoderContext(traits.get("encoder_context", EncoderContext.FULL)),
        min(int(traits.get("prompt_tokens", LONGEST_PROMPT)), LONGEST_PROMPT),
    )
