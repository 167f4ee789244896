"""Which recordings become which files. It looks at the file system, and changes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .names import output_names

AUDIO = {".aac", ".aiff", ".flac", ".m4a", ".mka", ".mp3", ".oga", ".ogg", ".opus", ".wav", ".wma"}
VIDEO = {".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm", ".wmv"}
TAKEN_FROM_FOLDERS = AUDIO | VIDEO  # a file that is named may have any suffix

IfExists = Literal["refuse", "skip", "overwrite"]


class UsageError(Exception):
    """The command asks for what cannot be done; nothing was begun."""


@dataclass(frozen=True, slots=True)
class Job:
    """A recording, and the files its text is written to, by format."""

    recording: Path
    outputs: Mapping[str, Path]

    def is_done(self) -> bool:
        return all(output.exists() for output in self.outputs.values())


def plan(
    named: Iterable[Path], folder: Path, formats: Sequence[str], if_exists: IfExists
) -> list[Job]:
    """Return a job for each recording, though it be named twice. Raises UsageError."""
    recordings = list(dict.fromkeys(_recordings(named)))
    jobs = [
        Job(recording, {each: folder / f"{name}.{each}" for each in formats})
        for recording, name in zip(recordings, output_names(recordings), strict=True)
    ]
    if if_exists == "skip":
        return [job for job in jobs if not job.is_done()]
    if if_exists == "refuse":
        _refuse_existing(jobs)
    return jobs


def _recordings(named: Iterable[Path]) -> Iterator[Path]:
    for path in named:
        if not path.is_dir():
            yield Path(os.path.abspath(path))
            continue
        inside = sorted(
            each for each in path.iterdir() if each.suffix.lower() in TAKEN_FROM_FOLDERS
        )
        if not inside:
            raise UsageError(f"{path}: there are no recordings in this folder")
        yield from (Path(os.path.abspath(each)) for each in inside)


def _refuse_existing(jobs: Iterable[Job]) -> None:
    for job in jobs:
        for output in job.outputs.values():
            if output.exists():
                raise UsageError(
                    f"{output} exists: give --skip-existing, --overwrite, or another --output-dir"
                )
