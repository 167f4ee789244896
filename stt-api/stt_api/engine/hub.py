"""Fetch files of a model from the hub, or from its cache. Says plainly when they can't be had."""

from pathlib import Path

import huggingface_hub
from huggingface_hub.errors import HFValidationError

from .checkpoint import CannotConvert

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
