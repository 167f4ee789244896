"""The cores are the model's: how many there are, and who may start threads beside it."""

import os
from pathlib import Path

from threadpoolctl import threadpool_limits

QUOTA_FILE = Path("/sys/fs/cgroup/cpu.max")  # a container sees its own here, under cgroup v2


def usable_cores(quota_file: Path = QUOTA_FILE) -> int:
    """Count the cores that this process may keep busy, at least 1.

    A container with two CPUs of a machine with 64 still sees 64. A thread for each of them would
    use the quota up at the beginning of each period, and stand still for the rest of it.
    """
    return max(1, int(min(_scheduled_on(), _quota(quota_file))))


def _scheduled_on() -> int:
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quota(file: Path) -> float:
    """Return the cores' worth of time that the container gets, maybe a fraction."""
    granted, period = file.read_text().split() if file.is_file() else ("max", "1")  # µs
    return float("inf") if granted == "max" else int(granted) / int(period)


def keep_blas_to_its_caller() -> None:
    """Let numpy's matrix products run on the thread that asks for them, from now on.

    The features of each request hold one such product. It takes a millisecond, and would wake one
    thread of numpy's BLAS for each core: those then spin for the next product, on the cores that
    the model needs. Holds for the whole process, whoever imported numpy before. CTranslate2
    carries a BLAS of its own, which this does not touch.
    """
    threadpool_limits(1, user_api="blas")
