"""stt-api doctor as an operator runs it, with the real pico; GPUs are facts that tests make up."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from stt_api.config import Settings
from stt_api.diagnosis import Verdict, faulty
from stt_api.doctor import examine
from stt_api.models.cuda import Cuda, read_cuda

NO_DRIVER = Cuda(None, (), usable=0, cublas=False, cublas_folder=None)
NO_CUBLAS = Cuda((12, 4), ("NVIDIA L4, 22 GiB",), usable=1, cublas=False, cublas_folder=None)
GPUS = read_cuda().usable


def doctor(*options: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "stt_api", "doctor", *options],
        env={**os.environ, "WHISPER_MODEL_SIZE": "pico", **settings},
        capture_output=True,
        text=True,
        timeout=100,
    )


def findings(**settings: str) -> dict[str, dict[str, Any]]:
    found = json.loads(doctor("--json", **settings).stdout)
    return {each["subject"]: each for each in found}


def test_a_machine_that_can_serve_is_told_so_with_a_timed_decode() -> None:
    done = doctor(STT_DEVICE="cpu")
    assert done.returncode == 0, done.stderr
    for said in ("GPU", "cores", "open files", "compute types  cpu 0: float32", "finals get fit"):
        assert said in done.stdout
    assert "FAULT" not in done.stdout


def test_programs_get_a_list_of_findings() -> None:
    found = findings(STT_DEVICE="cpu")
    assert found["decode"]["verdict"] == "ok"
    assert set(found["model"]) == {"subject", "found", "verdict", "advice"}


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"WHISPER_MODEL_SIZE": "/nowhere"}, "FAULT  model          there is no model folder"),
        ({"WHISPER_MODEL_SIZE": "huge"}, "FAULT  model          Invalid model size 'huge'"),
        ({"STT_COMPUTE_TYPE": "int3"}, "FAULT  STT_COMPUTE_TYPE  allowed on this cpu"),
        ({"STT_DEVICE_INDEX": "99"}, "FAULT  STT_DEVICE_INDEX  there is no cpu 99"),
        ({"STT_LANGUAGE": "yue"}, "FAULT  STT_LANGUAGE   unknown to the model; allowed: "),
        ({"STT_LANGUAGES": "en,yue"}, "FAULT  STT_LANGUAGES  unknown to the model; allowed: "),
    ],
)
def test_what_keeps_the_server_from_starting_fails_the_command(
    settings: dict[str, str], says: str
) -> None:
    done = doctor(STT_DEVICE="cpu", **settings)
    assert done.returncode == 1
    assert says in done.stdout and "Traceback" not in done.stderr


def test_a_bad_setting_is_said_as_the_server_says_it() -> None:
    done = doctor(STT_PORT="70000")
    assert done.returncode == 1 and done.stderr.startswith("stt-api: STT_PORT: ")


@pytest.mark.skipif(GPUS > 0, reason="this machine has a GPU")
def test_a_gpu_that_is_asked_for_and_not_there_fails_the_command() -> None:
    done = doctor(STT_DEVICE="cuda")
    assert done.returncode == 1
    assert done.stdout.startswith("FAULT  GPU") and "→ " in done.stdout


def test_every_device_gets_its_copy_of_the_model_and_its_decode() -> None:
    done = doctor("--json", STT_DEVICE="cpu", STT_DEVICE_INDEX="0,0")
    found = [each["subject"] for each in json.loads(done.stdout)]
    assert (found.count("workers"), found.count("decode")) == (2, 2)


@pytest.mark.parametrize(("offline", "verdict"), [("", "note"), ("1", "FAULT")])
def test_a_model_that_is_not_fetched_yet_needs_a_network(
    tmp_path: Path, offline: str, verdict: str
) -> None:
    home = {"HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": offline}
    found = findings(STT_DEVICE="cpu", WHISPER_MODEL_SIZE="base", **home)
    assert found["model"]["verdict"] == verdict
    assert str(tmp_path) in found["model"]["found"] and "decode" not in found


def test_a_model_that_does_not_load_fails(tmp_path: Path) -> None:
    for name in ("model.bin", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    found = findings(STT_DEVICE="cpu", WHISPER_MODEL_SIZE=str(tmp_path))
    assert found["decode"]["verdict"] == "FAULT"
    assert "cannot load the model" in found["decode"]["found"]


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("WHISPER_MODEL_SIZE", "pico")
    return Settings()


@pytest.mark.skipif(GPUS > 0, reason="this machine has a GPU")
def test_a_machine_without_a_gpu_decodes_on_its_cpu(settings: Settings) -> None:
    found = {each.subject: each for each in examine(settings, NO_DRIVER)}
    assert not faulty(found.values()) and "decode" in found


def test_no_model_is_loaded_onto_a_gpu_that_lacks_its_library(settings: Settings) -> None:
    found = {each.subject: each for each in examine(settings, NO_CUBLAS)}
    assert found["cuBLAS"].verdict is Verdict.FAULT
    assert "model" in found and "decode" not in found
