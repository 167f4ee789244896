"""What ``pip install`` gives: the plugin beside livekit-agents and an official plugin."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")
OTHER_PLUGIN = "livekit-plugins-deepgram>=1.8.9,<2"
CHECK = """
import json
from livekit.agents import Plugin
from livekit.plugins import custom_stt, deepgram
print(json.dumps({
    "plugins": sorted(plugin.package for plugin in Plugin.registered_plugins),
    "version": custom_stt.__version__,
    "label": custom_stt.STT().label,
    "namespaces": [custom_stt.__file__, deepgram.__file__],
}))
"""


def uv(*arguments: str | Path) -> str:
    command = [UV, *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the wheels, of the plugin and of the client, and their sdists."""
    folder = tmp_path_factory.mktemp("dist")
    for package in ("livekit-plugin-custom-stt", "custom-stt-client"):
        uv("build", "--quiet", "--package", package, "--out-dir", folder)
    return folder


def only(folder: Path, pattern: str) -> Path:
    [path] = folder.glob(pattern)
    return path


def test_the_wheel_holds_the_plugin_and_leaves_the_namespaces_open(built: Path) -> None:
    with zipfile.ZipFile(only(built, "livekit*.whl")) as wheel:
        names = set(wheel.namelist())
    assert "livekit/plugins/custom_stt/py.typed" in names
    assert not {"livekit/__init__.py", "livekit/plugins/__init__.py"} & names
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"livekit"}


def test_the_sdist_holds_what_it_takes_to_build_it(built: Path) -> None:
    with tarfile.open(only(built, "livekit*.tar.gz")) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"README.md", "LICENSE", "pyproject.toml"} <= names
    assert "livekit/plugins/custom_stt/py.typed" in names


def test_it_lives_beside_livekit_agents_and_another_plugin(built: Path, tmp_path: Path) -> None:
    uv("venv", "--quiet", "--python", sys.executable, tmp_path / "venv")
    python = tmp_path / "venv/bin/python"
    locked = tmp_path / "locked.txt"
    exported = ("--frozen", "--no-hashes", "--no-emit-workspace", "--quiet")
    uv("export", "--package", "livekit-plugin-custom-stt", *exported, "--output-file", locked)
    wheels = built.glob("*.whl")
    wanted: tuple[str | Path, ...] = (*wheels, OTHER_PLUGIN, "--constraint", locked)
    uv("pip", "install", "--quiet", "--python", python, *wanted)
    told = subprocess.run([python, "-c", CHECK], check=True, capture_output=True, text=True).stdout
    found = json.loads(told)
    assert {"livekit.plugins.custom_stt", "livekit.plugins.deepgram"} <= set(found["plugins"])
    assert found["label"] == "livekit.plugins.custom_stt.stt.STT"
    assert {Path(file).parents[1] for file in found["namespaces"]} == {
        only(tmp_path / "venv/lib", "python3.*/site-packages/livekit/plugins")
    }
