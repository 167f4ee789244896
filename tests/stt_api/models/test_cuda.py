"""Reading CUDA, from small stand-ins for the driver's library: tests may have no GPU."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from stt_api.models.cuda import CUBLAS, DRIVER, Cuda, read_cuda

NO_DEVICE = 100  # as the driver's functions answer


@dataclass
class FakeDriver:
    """Answers as libcuda does: 0, and values where its arguments point to."""

    version: int = 12_040
    gpus: tuple[str, ...] = ()

    def cuInit(self, flags: int) -> int:
        return 0 if self.gpus else NO_DEVICE

    def cuDriverGetVersion(self, version: Any) -> int:
        version._obj.value = self.version
        return 0

    def cuDeviceGetCount(self, count: Any) -> int:
        count._obj.value = len(self.gpus)
        return 0

    def cuDeviceGetName(self, name: Any, length: int, index: int) -> int:
        name.value = self.gpus[index].encode()
        return 0

    def cuDeviceTotalMem_v2(self, size: Any, index: int) -> int:
        size._obj.value = 24 * 2**30
        return 0


def read(*, usable: int = 0, folder: Path | None = None, **libraries: Any) -> Cuda:
    """Read a machine on which these libraries are found: ``driver``, ``cublas``."""
    names = {DRIVER: "driver", CUBLAS: "cublas"}

    def load(name: str) -> Any:
        if names[name] not in libraries:
            raise OSError(f"{name}: cannot open shared object file")
        return libraries[names[name]]

    return read_cuda(load, lambda: usable, lambda: folder)


def test_a_machine_without_a_driver_has_nothing() -> None:
    assert read() == Cuda(None, (), 0, cublas=False, cublas_folder=None)


def test_gpus_are_named_with_their_memory() -> None:
    driver = FakeDriver(gpus=("NVIDIA L4", "NVIDIA A10"))
    cuda = read(driver=driver, cublas=object(), usable=2)
    assert cuda.gpus == ("NVIDIA L4, 24 GiB", "NVIDIA A10, 24 GiB")
    assert (cuda.driver, cuda.usable, cuda.cublas) == ((12, 4), 2, True)


def test_a_driver_without_a_gpu_has_a_version() -> None:
    cuda = read(driver=FakeDriver(version=11_080))
    assert (cuda.driver, cuda.gpus) == ((11, 8), ())


def test_cublas_may_lie_in_its_package_where_the_loader_does_not_find_it(tmp_path: Path) -> None:
    cuda = read(driver=FakeDriver(), folder=tmp_path)
    assert (cuda.cublas, cuda.cublas_folder) == (False, tmp_path)


@pytest.mark.filterwarnings("error")
def test_this_machine_can_be_read() -> None:
    cuda = read_cuda()
    assert cuda.usable <= len(cuda.gpus)
