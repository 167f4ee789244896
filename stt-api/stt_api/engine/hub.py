"""Fetch files of a model from the hub, or from its cache. Says plainly when they can't be had."""

from pathlib import Path

import huggingface_hub
from faster_whisper import download_model
from huggingface_hub import constants
from huggingface_hub.errors import HFValidationError

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
    except (OSError, HFValidationError) as error:  # of the hub, the network, or the disk
        reason = str(error).splitlines()[0]
        raise CannotConvert(
            f"{hub_id} cannot be had from the hub, and is not in its cache: {reason}"
        ) from error


def is_cached(model: str) -> bool:
    """Tell if a size or hub id needs no network; raise ModelUnavailable if it can be neither."""
    try:
        download_model(model, local_files_only=True)
    except OSError:
        return False
    except ValueError as error:
        raise ModelUnavailable(str(error)) from None
    return True
