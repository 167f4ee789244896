"""Which recordings are transcribed, and where to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from custom_stt_client.cli.plan import UsageError, plan


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.mp3", "a.WAV", "notes.md"):
        (tmp_path / name).touch()
    return tmp_path


def test_a_folder_stands_for_its_recordings(folder: Path) -> None:
    jobs = plan([folder], folder / "out", ["txt"], "refuse")
    assert [job.recording.name for job in jobs] == ["a.WAV", "b.mp3"]
    assert [job.outputs for job in jobs] == [
        {"txt": folder / "out/a.txt"},
        {"txt": folder / "out/b.txt"},
    ]


def test_a_recording_that_is_named_twice_is_transcribed_once(folder: Path) -> None:
    again = Path(os.path.relpath(folder / "b.mp3"))
    assert len(plan([folder, again], folder, ["txt"], "refuse")) == 2


def test_a_folder_without_recordings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there are no recordings in this folder"):
        plan([tmp_path], tmp_path, ["txt"], "refuse")


def test_what_was_written_before_is_refused_by_its_name(folder: Path) -> None:
    (folder / "b.srt").touch()
    with pytest.raises(UsageError, match=r"b\.srt exists: give --skip-existing"):
        plan([folder], folder, ["txt", "srt"], "refuse")


def test_only_a_recording_whose_files_are_all_there_is_skipped(folder: Path) -> None:
    for written in ("b.srt", "b.txt", "a.txt"):
        (folder / written).touch()
    jobs = plan([folder], folder, ["txt", "srt"], "skip")
    assert [job.recording.name for job in jobs] == ["a.WAV"]


def test_what_was_written_before_may_be_written_over(folder: Path) -> None:
    (folder / "b.txt").touch()
    assert len(plan([folder], folder, ["txt"], "overwrite")) == 2
