import ctranslate2
import pytest

from stt_api.errors import InvalidSetting
from stt_api.models.devices import check_device

GPUS = ctranslate2.get_cuda_device_count()


def test_a_cpu_runs_what_the_library_says_and_what_it_chooses_itself() -> None:
    for compute_type in ("auto", "default", *ctranslate2.get_supported_compute_types("cpu")):
        check_device("cpu", 0, compute_type)
    check_device("auto", 0, "auto")


@pytest.mark.parametrize(
    ("device", "index", "compute_type", "field", "allowed"),
    [
        ("cpu", 1, "auto", "device_index", "allowed here: 0"),
        ("auto", 99, "auto", "device_index", "allowed here: 0"),
        ("cpu", 0, "int3", "compute_type", "allowed on this cpu: auto, default, float32, int"),
        ("cpu", 0, "float16", "compute_type", "allowed on this cpu: auto, default, float32, int"),
    ],
)
def test_what_the_machine_does_not_have_is_named_with_what_it_has(
    device: str, index: int, compute_type: str, field: str, allowed: str
) -> None:
    with pytest.raises(InvalidSetting) as raised:
        check_device(device, index, compute_type)
    assert raised.value.field == field
    assert allowed in str(raised.value)


@pytest.mark.skipif(GPUS > 0, reason="this machine has a GPU")
def test_a_gpu_that_is_not_there_is_named() -> None:
    with pytest.raises(InvalidSetting, match=r"device: no NVIDIA GPU .*; allowed here: auto, cpu"):
        check_device("cuda", 0, "auto")


@pytest.mark.skipif(GPUS == 0, reason="this machine has no GPU")
def test_a_gpu_has_numbers_and_compute_types_of_its_own() -> None:
    check_device("cuda", GPUS - 1, "float16")
    with pytest.raises(InvalidSetting, match="device_index: there is no cuda"):
        check_device("cuda", GPUS, "auto")
    with pytest.raises(InvalidSetting, match=r"compute_type: .*allowed on this cuda: .*float16"):
        check_device("auto", 0, "int3")
