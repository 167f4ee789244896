import os
import subprocess
import sys
from argparse import ArgumentTypeError
from pathlib import Path

import pytest

from bench.command import arguments
from bench.ways import ROOT, Way, checkout, compared, ramped


def test_a_way_of_another_checkout_is_served_by_the_code_of_that(tmp_path: Path) -> None:
    for package in ("bench", "stt-api/stt_api"):
        (tmp_path / package).mkdir(parents=True)
        (tmp_path / package / "__init__.py").touch()
    found = subprocess.run(
        [sys.executable, "-c", "import bench, stt_api; print(bench.__file__, stt_api.__file__)"],
        env={**os.environ, **Way("that", checkout=tmp_path).environment()},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.count(str(tmp_path)) == 2


def test_another_checkout_is_called_that_and_this_one_this() -> None:
    that, this = compared(arguments(["--against", str(ROOT)]))
    assert (that.name, this.name, this.checkout) == ("that", "this", ROOT)


def test_a_folder_without_a_bench_is_refused_with_the_way_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ArgumentTypeError, match="git worktree add"):
        checkout(str(tmp_path))


def test_ours_is_ramped_once_with_each_context_beside_the_baselines() -> None:
    ways = ramped(arguments(["--contexts", "full", "fit"]))
    assert [way.name for way in ways] == ["ours full", "ours fit", "serial", "batch16"]
    assert [way.baseline for way in ways] == [False, False, True, True]
    assert ways[1].environment()["STT_ENCODER_CONTEXT"] == "fit"


def test_the_first_of_two_that_are_ramped_is_the_baseline() -> None:
    ways = ramped(arguments(["--against", str(ROOT), "--ramp"]))
    assert [(way.name, way.baseline) for way in ways] == [("that", True), ("this", False)]


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        ("--load silent", "--compare and --against"),
        ("--compare serial ours --ramp --load silent", "without --ramp"),
        ("--ramp", "--compare and --against"),
        ("--modes serial --contexts fit", "ours among --modes"),
        ("--compare ours ours", "two different modes"),
    ],
)
def test_what_cannot_be_asked_together_is_refused(
    asked: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        arguments(asked.split())
    assert complaint in capsys.readouterr().err
