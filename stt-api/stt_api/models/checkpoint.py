"""A Whisper checkpoint of transformers: what it lacks, and where that comes from. Reads no weights.

Checkpoints on the hub often hold their weights and little else. The rest is the same for all
Whispers of one vocabulary, so it is added, into a folder that leaves the checkpoint as it is.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, TypeAdapter, ValidationError
from tokenizers import Tokenizer

from ..errors import ClientError
from .validation import first_fault

CONFIG, GENERATION = "config.json", "generation_config.json"
TOKENIZER, PREPROCESSOR = "tokenizer.json", "preprocessor_config.json"
WEIGHTS = ("model*.safetensors*", "pytorch_model*.bin*")  # and the index of those in parts
OBJECT = TypeAdapter(dict[str, Any])
LANGUAGE = re.compile(r"<\|[a-z]{2,3}\|>")

TOKENIZERS = {  # by the size of the vocabulary: one for all models of it
    51864: "openai/whisper-tiny.en",
    51865: "openai/whisper-tiny",
    51866: "openai/whisper-large-v3",
}


class CannotConvert(ClientError):
    """What was given is no whole checkpoint, or cannot be had; the message says what to do."""


class Config(BaseModel):
    """What is read of config.json."""

    model_type: Literal["whisper"]
    vocab_size: int
    eos_token_id: int = 50257
    num_mel_bins: int = 80
    suppress_tokens: list[int] | None = None
    begin_suppress_tokens: list[int] | None = None


@dataclass(frozen=True, slots=True)
class Completed:
    """``added``: files that the checkpoint lacked, with their origin.

    ``aligned`` tells if the checkpoint names its alignment heads, which word times come from.
    """

    added: tuple[str, ...]
    aligned: bool


def complete(
    checkpoint: Path, folder: Path, tokenizer: str | None, fetch: Callable[[str], Path]
) -> Completed:
    """Make ``folder`` a checkpoint with all that is needed; its weights are links.

    ``tokenizer`` is a folder or a hub id, None for the one of the vocabulary. ``fetch`` takes a hub
    id and returns its tokenizer.json. Raise CannotConvert.
    """
    config = _read_config(checkpoint / CONFIG)
    added = []
    _link(checkpoint, folder, CONFIG, *_weights(checkpoint))
    tokens, origin = _tokenizer(checkpoint, config, tokenizer, fetch)
    (folder / TOKENIZER).symlink_to(tokens.resolve())
    if origin:
        added.append(f"{TOKENIZER} of {origin}")
    if (checkpoint / PREPROCESSOR).is_file():
        _link(checkpoint, folder, PREPROCESSOR)
    else:
        _write(folder / PREPROCESSOR, _preprocessor(config))
        added.append(f"{PREPROCESSOR} for {config.num_mel_bins} mel bands")
    generation = _generation(checkpoint / GENERATION, config, _read_tokenizer(tokens, config))
    _write(folder / GENERATION, generation)
    return Completed(tuple(added), aligned=bool(generation.get("alignment_heads")))


def _read_config(file: Path) -> Config:
    try:
        return Config.model_validate_json(file.read_bytes())
    except OSError as error:
        raise CannotConvert(
            f"{file}: cannot be read ({error.strerror}); a checkpoint of transformers has one"
        ) from None
    except ValidationError as error:
        raise CannotConvert(
            f"{file}: {first_fault(error)}; a Whisper checkpoint of transformers is expected"
        ) from None


def _weights(checkpoint: Path) -> list[str]:
    for pattern in WEIGHTS:
        if found := sorted(path.name for path in checkpoint.glob(pattern)):
            return found
    raise CannotConvert(f"{checkpoint} holds no weights; expected: {' or '.join(WEIGHTS)}")


def _link(checkpoint: Path, folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).symlink_to((checkpoint / name).resolve())


def _tokenizer(
    checkpoint: Path, config: Config, given: str | None, fetch: Callable[[str], Path]
) -> tuple[Path, str | None]:
    """Return the file, and where it comes from if that is not the checkpoint."""
    own = checkpoint / TOKENIZER
    if given is None and own.is_file():
        return own, None
    advice = f"put {TOKENIZER} into {checkpoint}, or give --tokenizer a folder or hub id with one"
    origin = given or TOKENIZERS.get(config.vocab_size)
    if origin is None:
        raise CannotConvert(f"no tokenizer is known for {config.vocab_size} tokens; {advice}")
    try:
        file = Path(origin) / TOKENIZER if Path(origin).is_dir() else fetch(origin)
    except CannotConvert as error:
        raise CannotConvert(f"{error}; {advice}") from error
    if not file.is_file():
        raise CannotConvert(f"{origin} holds no {TOKENIZER}; {advice}")
    return file, origin


def _read_tokenizer(file: Path, config: Config) -> Tokenizer:
    """Refuse one of another model: every word would be another."""
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises no other
        raise CannotConvert(f"{file}: no tokenizer can be read from it ({error})") from None
    size, end = tokenizer.get_vocab_size(), tokenizer.token_to_id("<|endoftext|>")
    if size > config.vocab_size or end != config.eos_token_id:
        raise CannotConvert(
            f"{file}: of another model. It has {size} tokens, and the end of text is {end}; "
            f"{CONFIG} says {config.vocab_size} at most, and {config.eos_token_id}"
        )
    return tokenizer


def _preprocessor(config: Config) -> dict[str, Any]:
    """Whisper's log-mel features: all models have these, but for the number of bands."""
    return {
        "feature_extractor_type": "WhisperFeatureExtractor",
        "feature_size": config.num_mel_bins,
        "sampling_rate": 16_000,
        "hop_length": 160,
        "chunk_length": 30,
        "n_fft": 400,
    }


def _generation(file: Path, config: Config, tokenizer: Tokenizer) -> dict[str, Any]:
    """Return its own with the language tokens, which CTranslate2 needs to detect languages.

    One that transformers derived from the model's configuration says so, and what stands in it
    beyond that is not read again: it has to look like one of its own.
    """
    try:
        own = OBJECT.validate_json(file.read_bytes()) if file.is_file() else _suppressed(config)
    except ValidationError:
        raise CannotConvert(f"{file}: is no JSON object") from None
    languages = {
        token: index for token, index in tokenizer.get_vocab().items() if LANGUAGE.fullmatch(token)
    }
    own.pop("_from_model_config", None)
    return {"lang_to_id": languages, **own}


def _suppressed(config: Config) -> dict[str, Any]:
    return config.model_dump(include={"suppress_tokens", "begin_suppress_tokens"})


def _write(file: Path, data: dict[str, Any]) -> None:
    file.write_text(json.dumps(data))
