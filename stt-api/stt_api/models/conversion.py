"""A checkpoint of transformers → a folder that CTranslate2 loads. Needs torch."""

from pathlib import Path
from typing import Any

import torch  # noqa: F401  CTranslate2 goes on without it, and fails later
import transformers
from ctranslate2.converters import TransformersConverter

from .checkpoint import PREPROCESSOR, TOKENIZER, CannotConvert
from .sources import TRAITS_FILE


def convert_checkpoint(checkpoint: Path, folder: Path, quantization: str) -> None:
    """Write ``folder``, which must not be there; raise CannotConvert, or OSError of the disk.

    ``checkpoint`` holds all that is needed, as ``complete`` makes it, and its traits.
    """
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    files = [TOKENIZER, PREPROCESSOR, TRAITS_FILE]
    try:
        _WholeWeights(str(checkpoint), copy_files=files).convert(str(folder), None, quantization)
    except CannotConvert:
        raise
    except Exception as error:  # of torch, transformers, safetensors or CTranslate2
        if isinstance(error, OSError) and error.errno:  # transformers raises some without
            raise
        raise CannotConvert(f"the checkpoint cannot be converted: {error}") from error


class _WholeWeights(TransformersConverter):  # type: ignore[misc]
    """Refuses a checkpoint that lacks weights; transformers would make them up at random."""

    def load_model(self, model_class: Any, model_name_or_path: str, **kwargs: Any) -> Any:
        model, loaded = model_class.from_pretrained(
            model_name_or_path, output_loading_info=True, **kwargs
        )
        if missing := sorted(loaded["missing_keys"]):
            raise CannotConvert(
                f"the checkpoint lacks {len(missing)} of its weights, such as {missing[0]}"
            )
        return model
