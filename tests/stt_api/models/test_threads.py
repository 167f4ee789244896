import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from stt_api.models.sources import find_model
from stt_api.models.threads import usable_cores
from stt_api.models.whisper import WhisperConfig, WhisperTranscriber


def blas_threads() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_a_loaded_model_has_numpys_matrix_products_on_the_calling_thread_alone() -> None:
    threadpool_limits(2, user_api="blas")
    WhisperTranscriber(find_model("pico"), WhisperConfig(device="cpu"))
    assert blas_threads() == {1}


@pytest.fixture
def bound_to_one_core() -> Iterator[None]:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    yield
    os.sched_setaffinity(0, before)


def test_a_process_that_is_bound_to_one_core_uses_one(bound_to_one_core: None) -> None:
    assert usable_cores() == 1


@pytest.mark.parametrize(
    ("quota", "cores"),
    [("100000 100000", 1), ("150000 100000", 1), ("50000 100000", 1), ("6400000 100000", None)],
)
def test_a_container_uses_the_whole_cores_that_its_quota_is_worth(
    quota: str, cores: int | None, tmp_path: Path
) -> None:
    """None: as many as without a quota."""
    (tmp_path / "cpu.max").write_text(f"{quota}\n")
    assert usable_cores(tmp_path / "cpu.max") == (cores or usable_cores(tmp_path / "none"))


def test_a_container_without_a_quota_uses_all_cores(tmp_path: Path) -> None:
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert usable_cores(tmp_path / "cpu.max") == len(os.sched_getaffinity(0))
