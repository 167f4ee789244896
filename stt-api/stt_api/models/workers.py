"""How many batches run at once, where nobody says."""

from pathlib import Path

from .devices import kind_of
from .threads import usable_cores

LIGHT_BYTES = 76_000_000  # of weights; Whisper tiny has 75 million as float16, 40 as int8
LIGHT_WORKERS = 2  # of a light model, and on a GPU
CORES_OF_A_WORKER = 4  # of a heavy model
MOST_WORKERS = 8  # each keeps memory of its own for its batch


def workers_for(weights: Path, device: str, cores: int | None = None) -> int:
    """Return a number for ``weights``, a file, on ``device``.

    A light model hardly gains by a second thread, and a free worker is there for the next final
    while interims run. A heavy one keeps everybody waiting unless a batch has several cores.
    """
    light = weights.stat().st_size <= LIGHT_BYTES
    if light or kind_of(device) == "cuda":
        return LIGHT_WORKERS
    return min(MOST_WORKERS, max(1, (cores or usable_cores()) // CORES_OF_A_WORKER))
