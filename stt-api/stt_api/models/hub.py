"""Fetch files of a model from the hub, or from its cache. Says plainly when they can't be had."""

from pathlib import Path

import huggingface_hub
from faster_whisper import download_model
from huggingface_hub import constants

from ..errors import ModelUnavailable
from .checkpoint import CannotConvert

CACHE = Path(constants.HF_HUB_CACHE)
OFFLINE: bool = constants.HF_HUB_OFFLINE

SAFE = ("model.safetensors", "model-*.safetensors")
PICKLED = ("pytorch_model*.bin",)  # of older checkpoints, which hold nothing safer


def fetch_checkpoint(hub_id: str) -> Path:
    """Return a folder with the checkpoint's weights, in one format, and its JSON files."""
    folder = _fetch(hub_id, "*.json", *SAFE)
    if any(next(folder.glob(pattern), None) for pattern in SAFE):
        return folder
    return _fetch(hub_id, "*.json", *PICKLED)


def fetch_tokenizer(hub_id: str) -> Path:
    """Return its tokenizer.json, which may not be there."""
    return _fetch(hub_id, "tokenizer.json") / "tokenizer.json"


def _fetch(hub_id: str, *patterns: str) -> Path:
    try:
        return Path(huggingface_hub.snapshot_download(hub_id, allow_patterns=list(patterns)))
    except Exception as error:  # of the hub, the disk, or whatever HTTP client the hub's has
        raise CannotConvert(
            f"{hub_id} cannot be had from the hub, and is not in its cache: {_in_a_line(error)}"
        ) from error


def is_cached(model: str) -> bool:
    """Tell if a size or hub id needs no network; raise ModelUnavailable if it can be neither."""
    try:
        download_model(model, local_files_only=True)
    except OSError:
        return False
    except ValueError as error:
        raise ModelUnavailable(str(error)) from None
    except Exception as error:
        raise ModelUnavailable(
            f"{model} cannot be looked up in the cache of the hub, {CACHE}: {_in_a_line(error)}"
        ) from error
    return True


def _in_a_line(error: Exception) -> str:
    """Name the error, and say what it says first, if anything."""
    return ": ".join([type(error).__name__, *str(error).splitlines()[:1]])
