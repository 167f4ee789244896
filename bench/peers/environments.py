"""A virtual environment for each peer, as its requirements say, made once and kept."""

import os
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

from .product import Product

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".peers"
REQUIREMENTS = Path(__file__).parent / "requirements"
PYTHON = ">=3.11,<3.13"  # what all peers run on
# Installed before the rest and with all that it needs, which differs between platforms.
TORCH = "torch==2.13.0"


class Unavailable(Exception):
    """A peer cannot take part, and why."""


def python_of(product: Product, kept: Path = KEPT) -> Path:
    """Return the interpreter that has the product; install it where it is not. May take minutes."""
    if product.environment is None:
        return Path(sys.executable)
    folder = kept / product.environment
    wanted = f"{TORCH}\n{_requirements(product.environment).read_text()}"
    stamp = folder / "installed.txt"
    if not stamp.is_file() or stamp.read_text() != wanted:
        _install(folder, _requirements(product.environment))
        stamp.write_text(wanted)
    return folder / "bin" / "python"


def _requirements(environment: str) -> Path:
    return REQUIREMENTS / f"{environment}.txt"


def _install(folder: Path, requirements: Path) -> None:
    python = str(folder / "bin" / "python")
    _uv("venv", "--clear", "--python", PYTHON, str(folder))
    _uv("pip", "install", "--python", python, TORCH)
    _uv("pip", "install", "--python", python, "--no-deps", "--requirements", str(requirements))


def _uv(*arguments: str) -> None:
    uv = str(Path(sys.executable).parent / "uv")
    done = subprocess.run(
        [uv, "--quiet", *arguments], env={**_sources(), **os.environ}, stderr=subprocess.PIPE
    )
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        step = " ".join(takewhile(lambda argument: argument[0] != "-", arguments))
        raise Unavailable(f"uv {step}: {told[-1].strip()}")


def _sources() -> dict[str, str]:
    """Say where PyTorch comes from: wheels that pip, too, would take, or the index of CPU builds.

    The build on PyPI brings gigabytes of CUDA, which no peer uses here.
    """
    if links := os.environ.get("PIP_FIND_LINKS"):
        return {"UV_FIND_LINKS": links}
    return {"UV_TORCH_BACKEND": "cpu"}
