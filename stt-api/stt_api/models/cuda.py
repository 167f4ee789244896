"""What of CUDA this machine has: driver, GPUs, cuBLAS. Reads only; diagnosis.py judges."""

import ctypes
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ctranslate2

DRIVER = "libcuda.so.1"  # the driver itself brings it
CUBLAS = "libcublas.so.12"  # CTranslate2 opens it at its first matrix product
CUBLAS_PACKAGE = "nvidia.cublas"

Load = Callable[[str], Any]  # raises OSError


@dataclass(frozen=True, slots=True)
class Cuda:
    driver: tuple[int, int] | None
    """The newest CUDA that the driver knows, (12, 4) for 12.4; None where there is no driver."""
    gpus: tuple[str, ...]
    """Name and memory of each, as the driver sees them."""
    usable: int
    """How many of them CTranslate2 can use."""
    cublas: bool
    """Whether it is found where CTranslate2 looks for it."""
    cublas_folder: Path | None
    """Where the Python package has it, which is elsewhere."""


def read_cuda(
    load: Load = ctypes.CDLL,
    usable: Callable[[], int] = ctranslate2.get_cuda_device_count,
    cublas_folder: Callable[[], Path | None] | None = None,
) -> Cuda:
    """Ask this machine, or what stands for it."""
    driver = _load(load, DRIVER)
    return Cuda(
        driver=driver and _version(driver),
        gpus=_gpus(driver) if driver else (),
        usable=usable(),
        cublas=_load(load, CUBLAS) is not None,
        cublas_folder=(cublas_folder or _cublas_folder)(),
    )


def _load(load: Load, name: str) -> Any:
    try:
        return load(name)
    except OSError:
        return None


def _version(driver: Any) -> tuple[int, int] | None:
    version = ctypes.c_int()
    if driver.cuDriverGetVersion(ctypes.byref(version)):  # 0 is success, here and below
        return None
    return version.value // 1000, version.value % 1000 // 10


def _gpus(driver: Any) -> tuple[str, ...]:
    count = ctypes.c_int()
    if driver.cuInit(0) or driver.cuDeviceGetCount(ctypes.byref(count)):
        return ()
    return tuple(_gpu(driver, index) for index in range(count.value))


def _gpu(driver: Any, index: int) -> str:
    name, size = ctypes.create_string_buffer(100), ctypes.c_size_t()
    driver.cuDeviceGetName(name, len(name), index)
    driver.cuDeviceTotalMem_v2(ctypes.byref(size), index)
    return f"{name.value.decode()}, {size.value / 2**30:.0f} GiB"


def _cublas_folder() -> Path | None:
    try:
        package = importlib.util.find_spec(CUBLAS_PACKAGE)
    except ImportError:
        return None
    for folder in (package and package.submodule_search_locations) or ():
        if (library := Path(folder) / "lib" / CUBLAS).is_file():
            return library.parent
    return None
