"""What ``pip install`` gives."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the wheel and the sdist it was built from."""
    folder = tmp_path_factory.mktemp("dist")
    command: list[str | Path] = [
        UV,
        "build",
        "--quiet",
        "--package",
        "custom-stt-client",
        "--out-dir",
        folder,
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    return folder


def test_the_wheel_holds_the_typed_package_alone(built: Path) -> None:
    [path] = built.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        names = set(wheel.namelist())
    assert "custom_stt_client/py.typed" in names
    folders = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert folders == {"custom_stt_client"}


def test_the_sdist_holds_what_it_takes_to_build_it(built: Path) -> None:
    [path] = built.glob("*.tar.gz")
    with tarfile.open(path) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"README.md", "LICENSE", "pyproject.toml"} <= names


def test_it_is_imported_without_any_other_package_of_the_workspace(built: Path) -> None:
    [wheel] = built.glob("*.whl")
    code = "import sys, custom_stt_client; print([n for n in sys.modules if 'livekit' in n])"
    told = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(wheel)!r}); {code}"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert told.strip() == "[]"
