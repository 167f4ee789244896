"""What ``pip install stt-api`` gives beside code."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_wheel_holds_the_speech_model_and_its_licence(tmp_path: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    build = (uv, "build", "--quiet", "--wheel", "--package", "stt-api", "--out-dir", tmp_path)
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [path] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        names = set(wheel.namelist())
    assert {"stt_api/models/silero.onnx", "stt_api/models/silero.LICENSE"} <= names
