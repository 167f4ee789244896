from pathlib import Path

import pytest

from stt_api.models.workers import LIGHT_BYTES, workers_for


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    return tmp_path / "model.bin"


def of_bytes(weights: Path, count: int) -> Path:
    with weights.open("wb") as file:
        file.truncate(count)
    return weights


@pytest.mark.parametrize("cores", [1, 2, 64])
def test_two_batches_of_a_light_model_run_at_once(weights: Path, cores: int) -> None:
    assert workers_for(of_bytes(weights, LIGHT_BYTES), "cpu", cores) == 2


@pytest.mark.parametrize(("cores", "workers"), [(1, 1), (2, 1), (7, 1), (8, 2), (64, 8)])
def test_a_batch_of_a_heavy_model_has_four_cores_where_there_are_so_many(
    weights: Path, cores: int, workers: int
) -> None:
    assert workers_for(of_bytes(weights, LIGHT_BYTES + 1), "cpu", cores) == workers
