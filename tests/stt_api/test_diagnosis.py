"""What is said of a machine's GPU, and of a decode's time. No test needs a GPU."""

from dataclasses import replace
from pathlib import Path

import pytest

from stt_api.diagnosis import Finding, Verdict, faulty, judge_cuda, judge_decode
from stt_api.models.cuda import Cuda

WHOLE = Cuda((12, 4), ("NVIDIA L4, 22 GiB",), usable=1, cublas=True, cublas_folder=None)
NO_DRIVER = Cuda(None, (), usable=0, cublas=False, cublas_folder=None)
OLD_DRIVER = replace(WHOLE, driver=(11, 4), usable=0)
NO_GPU = replace(WHOLE, gpus=(), usable=0)
OTHER_BUILD = replace(WHOLE, usable=0)
NO_CUBLAS = replace(WHOLE, cublas=False)
CUBLAS_ELSEWHERE = replace(NO_CUBLAS, cublas_folder=Path("/site-packages/nvidia/cublas/lib"))


@pytest.mark.parametrize("device", ["auto", "cuda"])
def test_a_gpu_with_all_that_it_needs_is_named(device: str) -> None:
    assert judge_cuda(WHOLE, device) == [
        Finding("GPU", "NVIDIA L4, 22 GiB"),
        Finding("cuBLAS", "libcublas.so.12 is found"),
    ]


@pytest.mark.parametrize(
    ("cuda", "found", "advice"),
    [
        (NO_DRIVER, "no NVIDIA driver", "install the NVIDIA driver; in a container: "),
        (OLD_DRIVER, "too old: for CUDA 11.4, 12.0 is needed", "to 525 or newer"),
        (NO_GPU, "but no GPU to be seen", "CUDA_VISIBLE_DEVICES"),
        (OTHER_BUILD, "but CTranslate2 can use none", "built without CUDA"),
    ],
)
def test_what_a_gpu_lacks_ends_a_server_that_has_to_have_one(
    cuda: Cuda, found: str, advice: str
) -> None:
    [gpu] = judge_cuda(cuda, "cuda")
    assert gpu.verdict is Verdict.FAULT
    assert found in gpu.found and advice in gpu.advice


@pytest.mark.parametrize("cuda", [OLD_DRIVER, NO_GPU, OTHER_BUILD])
def test_a_gpu_that_auto_passes_by_is_noted(cuda: Cuda) -> None:
    [gpu] = judge_cuda(cuda, "auto")
    assert (gpu.verdict, bool(gpu.advice)) == (Verdict.NOTE, True)
    assert "the model runs on the CPU" in gpu.found


def test_a_machine_without_a_driver_misses_none_under_auto() -> None:
    assert judge_cuda(NO_DRIVER, "auto") == [
        Finding("GPU", "no NVIDIA driver; the model runs on the CPU")
    ]


@pytest.mark.parametrize("device", ["auto", "cuda"])
@pytest.mark.parametrize(
    ("cuda", "advice"),
    [
        (NO_CUBLAS, "install stt-api with the extra [cuda]"),
        (CUBLAS_ELSEWHERE, "export LD_LIBRARY_PATH=/site-packages/nvidia/cublas/lib"),
    ],
)
def test_a_gpu_without_cublas_ends_the_server_and_the_advice_says_what_brings_it(
    cuda: Cuda, advice: str, device: str
) -> None:
    """Under ``auto`` too: the model is loaded onto the GPU, and its first decode fails."""
    _, cublas = judge_cuda(cuda, device)
    assert cublas.verdict is Verdict.FAULT
    assert advice in cublas.advice and "STT_DEVICE=cpu" in cublas.advice


def test_nothing_of_cuda_matters_on_a_cpu_that_was_asked_for() -> None:
    assert not faulty(judge_cuda(NO_CUBLAS, "cpu"))


@pytest.mark.parametrize(("full_s", "verdict"), [(0.9, Verdict.OK), (1.1, Verdict.NOTE)])
def test_finals_that_take_longer_than_one_waits_for_are_noted(
    full_s: float, verdict: Verdict
) -> None:
    finding = judge_decode({"full": full_s, "fit": 0.1}, "full", 3.0)
    assert finding.verdict is verdict
    assert "fit 0.10 s; finals get full" in finding.found


def test_a_slow_context_that_finals_do_not_get_is_no_matter() -> None:
    assert judge_decode({"full": 9.0, "fit": 0.1}, "fit", 3.0).verdict is Verdict.OK
