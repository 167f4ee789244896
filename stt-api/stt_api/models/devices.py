"""What this machine has to run a model on. Loads none."""

import ctranslate2

from ..errors import InvalidSetting

CHOSEN = ("auto", "default")  # compute types that leave the choice to the library


def kind_of(device: str) -> str:
    """Return ``cuda`` or ``cpu``; ``auto`` takes a GPU where there is one."""
    gpus = ctranslate2.get_cuda_device_count()
    return "cuda" if gpus and device != "cpu" else "cpu"


def compute_types(device: str, index: int) -> list[str]:
    return sorted(ctranslate2.get_supported_compute_types(kind_of(device), index))


def check_device(device: str, index: int, compute_type: str) -> None:
    """Raise InvalidSetting for the first of the three that this machine does not have."""
    gpus = ctranslate2.get_cuda_device_count()
    if device == "cuda" and not gpus:
        raise InvalidSetting("device", "no NVIDIA GPU can be used here; allowed here: auto, cpu")
    kind = kind_of(device)
    indexes = range(gpus if kind == "cuda" else 1)
    if index not in indexes:
        allowed = " to ".join(str(end) for end in sorted({indexes[0], indexes[-1]}))
        raise InvalidSetting("device_index", f"there is no {kind} {index}; allowed here: {allowed}")
    known = (*CHOSEN, *compute_types(device, index))
    if compute_type not in known:
        raise InvalidSetting("compute_type", f"allowed on this {kind}: {', '.join(known)}")
