"""What a person sees of a run, on standard error: a line for each recording, bars in a terminal."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from .plan import Job


class Report:
    """``begin`` a job, tell what of it is ``heard``, end it by ``done`` or ``failed``.

    Used as a context manager, whose end sums up what was not done.
    """

    def __init__(self, jobs: int) -> None:
        self.failed_jobs: dict[Path, str] = {}  # why, by recording
        self._jobs = jobs
        self._done = 0
        self._console = Console(stderr=True, highlight=False, markup=False, emoji=False)
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[heard]}"),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not (self._console.is_interactive and sys.stdout.isatty()),
        )

    def __enter__(self) -> Report:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()
        if self.failed_jobs:
            self._say(f"stt: {len(self.failed_jobs)} of {self._jobs} failed:")
            for recording, why in self.failed_jobs.items():
                self._say(f"  {recording}: {why}")
        elif self._done < self._jobs:
            self._say(f"stt: {self._done} of {self._jobs} done")

    def begin(self, job: Job, duration_s: float | None) -> TaskID:
        """Show a bar, which only pulses where nobody knows how long the recording is."""
        return self._bars.add_task(job.recording.name, total=duration_s, heard="")

    def heard(self, bar: TaskID, heard_s: float) -> None:
        self._bars.update(bar, completed=heard_s, heard=f"{heard_s:.0f} s")

    def done(self, job: Job, damaged: int) -> None:
        """Name what was written; ``damaged`` places of the recording are missing in it."""
        self._done += 1
        written = ", ".join(map(str, job.outputs.values()))
        missing = f" (damaged in {damaged} places, which are left out)" if damaged else ""
        self._say(f"{job.recording.name} → {written}{missing}")

    def failed(self, job: Job, why: str) -> None:
        self.failed_jobs[job.recording] = why
        self._say(f"{job.recording.name}: {why}")

    def end(self, bar: TaskID) -> None:
        self._bars.remove_task(bar)

    def _say(self, line: str) -> None:
        self._console.print(line, soft_wrap=True)
