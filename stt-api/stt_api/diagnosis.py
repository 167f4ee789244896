"""Judge what a machine has to serve with: does the server start, and what has to be done first?

Judges facts that it is given. doctor.py gathers and prints them.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from .models.cuda import CUBLAS, Cuda

OLDEST_CUDA = (12, 0)  # CTranslate2 is built for CUDA 12; each driver for it runs all of 12
OLDEST_DRIVER = 525  # the first with CUDA 12.0
LATE_S = 1.0  # a final that takes longer than this is waited for

CONTAINER = "in a container: the NVIDIA container toolkit on its host, and --gpus all"


class Verdict(enum.StrEnum):
    OK = "ok"
    NOTE = "note"  # the server starts, but not as one may think
    FAULT = "FAULT"  # the server does not start


@dataclass(frozen=True, slots=True)
class Finding:
    subject: str
    found: str
    verdict: Verdict = Verdict.OK
    advice: str = ""


def faulty(findings: Iterable[Finding]) -> bool:
    return any(finding.verdict is Verdict.FAULT for finding in findings)


def judge_cuda(cuda: Cuda, device: str) -> list[Finding]:
    """``device`` is STT_DEVICE. Without a GPU, ``auto`` is the CPU, and ``cuda`` a fault."""
    if device == "cpu":
        return [Finding("GPU", "not asked for: STT_DEVICE is cpu")]
    missing = _why_no_gpu(cuda)
    if not missing:
        return [Finding("GPU", "; ".join(cuda.gpus)), _judge_cublas(cuda)]
    found, advice = missing
    if device == "cuda":
        return [Finding("GPU", found, Verdict.FAULT, advice)]
    verdict = Verdict.NOTE if cuda.driver else Verdict.OK  # where there is none, none is missed
    found = f"{found}; the model runs on the CPU"
    return [Finding("GPU", found, verdict, advice if cuda.driver else "")]


def _why_no_gpu(cuda: Cuda) -> tuple[str, str] | None:
    """Return what is missing and what to do, or None if there is a GPU to use."""
    if cuda.driver is None:
        return "no NVIDIA driver", f"install the NVIDIA driver; {CONTAINER}"
    version = "{}.{}".format(*cuda.driver)
    if cuda.driver < OLDEST_CUDA:
        needed = f"update the NVIDIA driver to {OLDEST_DRIVER} or newer"
        return f"the NVIDIA driver is too old: for CUDA {version}, 12.0 is needed", needed
    if not cuda.gpus:
        seen = f"see that CUDA_VISIBLE_DEVICES names one; {CONTAINER}"
        return f"an NVIDIA driver for CUDA {version}, but no GPU to be seen", seen
    if not cuda.usable:
        other = "CTranslate2's package for this kind of machine may be built without CUDA"
        return f"{'; '.join(cuda.gpus)}, but CTranslate2 can use none", other
    return None


def _judge_cublas(cuda: Cuda) -> Finding:
    if cuda.cublas:
        return Finding("cuBLAS", f"{CUBLAS} is found")
    found, otherwise = f"{CUBLAS} is not found", "or run on the CPU: STT_DEVICE=cpu"
    if cuda.cublas_folder:
        found = f"{CUBLAS} is installed, but not where it is looked for"
        advice = f"export LD_LIBRARY_PATH={cuda.cublas_folder}; {otherwise}"
    else:
        advice = f"install stt-api with the extra [cuda], then ask again; {otherwise}"
    return Finding("cuBLAS", found, Verdict.FAULT, advice)


def judge_decode(seconds: dict[str, float], of_finals: str, audio_s: float) -> Finding:
    """``seconds`` by encoder context; ``of_finals`` is the one that the model's finals get."""
    times = ", ".join(f"{context} {each:.2f} s" for context, each in seconds.items())
    found = f"{audio_s:.0f} s of silence: {times}; finals get {of_finals}"
    if seconds[of_finals] < LATE_S:
        return Finding("decode", found)
    advice = "finals come late: a smaller model, a GPU, or weights that bear fit (stt-api convert)"
    return Finding("decode", found, Verdict.NOTE, advice)
