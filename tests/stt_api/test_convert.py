"""What stt-api convert does without torch. The rest is in tests/convert."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stt_api.arguments import parse_arguments
from stt_api.convert import Made, declared, report, whole_or_nothing
from stt_api.errors import ModelUnavailable
from stt_api.models.checkpoint import CannotConvert, Completed


def test_a_folder_called_pico_is_not_the_bundled_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["stt-api", "convert", "SOURCE", "pico"])
    options = parse_arguments()
    options.folder.mkdir()
    made = Made(Completed((), aligned=True), {}, warm_up_s=0.1)
    assert report(options, made).endswith(f"WHISPER_MODEL_SIZE={tmp_path}/pico")


@pytest.mark.parametrize("there", [False, True])
def test_a_folder_appears_when_it_is_whole(tmp_path: Path, there: bool) -> None:
    folder = tmp_path / "model.en"
    if there:
        folder.mkdir()
    with whole_or_nothing(folder) as unfinished:
        unfinished.mkdir()
        (unfinished / "model.bin").touch()
        assert folder.exists() == there
    assert [path.name for path in folder.iterdir()] == ["model.bin"]
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize("failure", [OSError, KeyboardInterrupt])
def test_nothing_of_a_failed_conversion_stays(tmp_path: Path, failure: type[BaseException]) -> None:
    with pytest.raises(failure), whole_or_nothing(tmp_path / "model") as unfinished:
        unfinished.mkdir()
        (unfinished / "model.bin").touch()
        raise failure
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(CannotConvert, match="is there already"), whole_or_nothing(tmp_path):
        pytest.fail("nothing is to be written there")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_mount_point_is_refused_before_the_work() -> None:
    """Nothing can be moved onto it, even where it is empty."""
    with pytest.raises(CannotConvert, match="/ is a mount point"), whole_or_nothing(Path("/")):
        pytest.fail("nothing is to be written there")


@pytest.mark.parametrize(
    ("variable", "value"), [("STT_COMPUTE_TYPE", "int3"), ("STT_DEVICE_INDEX", "99")]
)
def test_a_device_that_could_not_run_the_model_is_refused_before_the_work(
    tmp_path: Path, variable: str, value: str
) -> None:
    """The source is not even looked for."""
    done = subprocess.run(
        [sys.executable, "-m", "stt_api", "convert", "/no/such/source", str(tmp_path / "model")],
        env={**os.environ, "STT_DEVICE": "cpu", variable: value},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"stt-api: {variable}: ") and "Traceback" not in done.stderr


def test_a_file_is_no_folder_to_write(tmp_path: Path) -> None:
    file = tmp_path / "model"
    file.touch()
    with pytest.raises(CannotConvert, match="is there already"), whole_or_nothing(file):
        pytest.fail("nothing is to be written there")


ACFT = "futo-org/acft-whisper-small"


def test_what_is_known_of_a_hub_id_is_declared(tmp_path: Path) -> None:
    assert declared(ACFT, tmp_path, None) == {"encoder_context": "fit"}
    assert declared("openai/whisper-small", tmp_path, None) == {}


def test_a_checkpoints_own_traits_go_before_and_keep_what_is_for_people(tmp_path: Path) -> None:
    own = {"encoder_context": "padded", "prompt_tokens": 24, "licence": "MIT"}
    (tmp_path / "stt.json").write_text(json.dumps(own))
    assert declared(ACFT, tmp_path, None) == own
    assert declared(ACFT, tmp_path, "full") == {**own, "encoder_context": "full"}


def test_bad_traits_of_a_checkpoint_are_refused(tmp_path: Path) -> None:
    (tmp_path / "stt.json").write_text('{"encoder_context": "short"}')
    with pytest.raises(ModelUnavailable, match=r"stt\.json: encoder_context"):
        declared(ACFT, tmp_path, "fit")
