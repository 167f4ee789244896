"""Find a Whisper model by name, and say plainly when it can't be had. Loads nothing."""

import enum
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from ..errors import ModelUnavailable

# Without its tokenizer, faster-whisper would ask the hub for one.
NEEDED_FILES = ("model.bin", "tokenizer.json")
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


class Traits(BaseModel):
    """What TRAITS_FILE may declare. Other names in it are for people."""

    encoder_context: EncoderContext = EncoderContext.FULL
    prompt_tokens: Annotated[int, Field(ge=0, strict=True)] = LONGEST_PROMPT


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
    for needed in NEEDED_FILES:
        if not (folder / needed).is_file():
            raise ModelUnavailable(
                f"{folder} holds no {needed}; convert the model with ct2-transformers-converter "
                "--copy_files tokenizer.json preprocessor_config.json"
            )
    traits = _traits(folder / TRAITS_FILE)
    prompt_tokens = min(traits.prompt_tokens, LONGEST_PROMPT)
    return ModelSource(name, str(folder), traits.encoder_context, prompt_tokens)


def _traits(file: Path) -> Traits:
    try:
        return Traits.model_validate_json(file.read_bytes()) if file.is_file() else Traits()
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        field = "".join(f"{name}: " for name in fault["loc"])
        raise ModelUnavailable(f"{file}: {field}{fault['msg']}") from None
