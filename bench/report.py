"""A run as a table, as JSON and as a page with plots that needs no network."""

import json
import os
import platform
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import plotly.io
from plotly.subplots import make_subplots
from rich.table import Table

from stt_api.engine.silero import load_silero
from stt_api.session.vad import WINDOW, SpeechDetector

from .measures import percentiles
from .step import Step

Row = dict[str, Any]


@dataclass(slots=True)
class ModeRun:
    """All steps of one way to serve, and the most sessions it sustained."""

    mode: str
    steps: list[Step] = field(default_factory=list)
    sustained: int = 0
    flush_s: dict[str, list[float]] = field(default_factory=dict)


@dataclass(slots=True)
class Run:
    conditions: dict[str, Any]
    modes: list[ModeRun]


def machine() -> dict[str, Any]:
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "vad_us_per_window": vad_us_per_window(),
    }


def vad_us_per_window(windows: int = 2000) -> float:
    """Microseconds of one core to judge 32 ms of one stream."""
    detector = SpeechDetector(load_silero())
    noise = np.random.default_rng(0).normal(0, 0.1, WINDOW).astype(np.float32)
    began = time.perf_counter()
    for _ in range(windows):
        detector(noise)
    return (time.perf_counter() - began) / windows * 1e6


def step_row(step: Step) -> Row:
    figures = step.figures
    return {
        "sessions": step.sessions,
        "final_over_endpointing_s": percentiles(figures.final_s),
        "first_interim_s": percentiles(figures.first_interim_s),
        "interim_age_s": percentiles(figures.interim_age_s),
        "wer": figures.wer,
        "wer_alone": figures.calm_wer,
        "flicker": figures.flicker,
        "flicker_of_stable": figures.stable_flicker,
        "utterances": figures.utterances,
        "lost": figures.lost,
        "failed_sessions": figures.failures,
        "server_cores": step.server_cores,
        "model_busy": step.model_busy,
        "memory_mb": step.memory_mb,
        "gpu_percent": step.gpu_percent,
        "mean_batch": float(np.mean(step.batch_sizes)) if step.batch_sizes else None,
        "batch_sizes": step.batch_sizes,
    }


def as_data(run: Run) -> Row:
    return {
        "conditions": run.conditions,
        "sustained": {mode.mode: mode.sustained for mode in run.modes},
        "ratio_to_best_baseline": ratio(run),
        "modes": {
            mode.mode: {
                "steps": [step_row(step) for step in sorted(mode.steps, key=lambda s: s.sessions)],
                "flush_to_final_s": {name: percentiles(s) for name, s in mode.flush_s.items()},
            }
            for mode in run.modes
        },
    }


def ratio(run: Run) -> float | None:
    """Sessions that we sustain for each one of the better baseline; None without a baseline."""
    sustained = {mode.mode: mode.sustained for mode in run.modes}
    baselines = [count for mode, count in sustained.items() if mode != "ours"]
    return sustained["ours"] / max(1, *baselines) if "ours" in sustained and baselines else None


def tables(run: Run) -> list[Table]:
    return [_steps_table(run), _summary_table(run)]


def _steps_table(run: Run) -> Table:
    table = Table("mode", "sessions", "final p50/p95/p99 ms", "first interim p50/p95 ms")
    for heading in (
        "interim age p95 ms",
        "WER (alone) %",
        "flicker %",
        "lost",
        "cores",
        "batch",
        "MB",
    ):
        table.add_column(heading)
    for mode in run.modes:
        for step in sorted(mode.steps, key=lambda step: step.sessions):
            table.add_row(mode.mode, *_cells(step))
    return table


def _cells(step: Step) -> list[str]:
    row = step_row(step)
    final, first = row["final_over_endpointing_s"], row["first_interim_s"]
    return [
        str(step.sessions),
        "/".join(_ms(final[rank]) for rank in ("p50", "p95", "p99")),
        "/".join(_ms(first[rank]) for rank in ("p50", "p95")),
        _ms(row["interim_age_s"]["p95"]),
        f"{100 * row['wer']:.1f} ({100 * row['wer_alone']:.1f})",
        f"{100 * row['flicker']:.1f}",
        str(row["lost"] + row["failed_sessions"]),
        f"{row['server_cores']:.2f}",
        f"{row['mean_batch'] or 0:.1f}",
        f"{row['memory_mb']:.0f}",
    ]


def _summary_table(run: Run) -> Table:
    best = ratio(run)
    table = Table("mode", "sessions sustained", "ours is", "flush → final p50/p95 ms")
    for mode in run.modes:
        times = "" if mode.mode == "ours" or best is None else f"{_times(run, mode)} ×"
        flushes = (f"{name}: {_ms(p['p50'])}/{_ms(p['p95'])}" for name, p in _flushes(mode).items())
        table.add_row(mode.mode, str(mode.sustained), times, "; ".join(flushes))
    return table


def _times(run: Run, mode: ModeRun) -> str:
    ours = next(other.sustained for other in run.modes if other.mode == "ours")
    return f"{ours / max(1, mode.sustained):.1f}"


def _flushes(mode: ModeRun) -> dict[str, dict[str, float | None]]:
    return {name: percentiles(seconds) for name, seconds in mode.flush_s.items()}


def _ms(seconds: float | None) -> str:
    return "–" if seconds is None else f"{1000 * seconds:.0f}"


PLOTS = {  # title: (path into a step's row, factor, unit)
    "end of speech → final, over endpointing (p95)": ("final_over_endpointing_s", 1000, "ms"),
    "begin of speech → first interim (p95)": ("first_interim_s", 1000, "ms"),
    "age of interims (p95)": ("interim_age_s", 1000, "ms"),
    "word error rate": ("wer", 100, "%"),
    "server's CPU": ("server_cores", 1, "cores"),
    "mean batch": ("mean_batch", 1, "requests"),
}


def write(run: Run, folder: Path) -> None:
    """Write bench-report.json and bench-report.html."""
    data = as_data(run)
    write_data(data, folder)
    page = plotly.io.to_html(_figure(data), include_plotlyjs=True, full_html=True)
    (folder / "bench-report.html").write_text(page)


def write_data(data: Row, folder: Path) -> None:
    (folder / "bench-report.json").write_text(json.dumps(data, indent=1))


def _figure(data: Row) -> go.Figure:
    figure = make_subplots(rows=3, cols=2, subplot_titles=list(PLOTS))
    colours = dict(zip(data["modes"], ("#1f77b4", "#d62728", "#ff7f0e"), strict=False))
    for place, (key, factor, unit) in enumerate(PLOTS.values()):
        at = {"row": place // 2 + 1, "col": place % 2 + 1}
        for mode, run in data["modes"].items():
            figure.add_scatter(
                x=[step["sessions"] for step in run["steps"]],
                y=[_value(step[key], factor) for step in run["steps"]],
                name=mode,
                line={"color": colours[mode]},
                showlegend=place == 0,
                **at,
            )
        figure.update_yaxes(title_text=unit, **at)
        figure.update_xaxes(title_text="sessions", **at)
    figure.update_layout(height=1000, title=f"stt-api: {data['conditions']}")
    return figure


def _value(value: Any, factor: float) -> float | None:
    value = value["p95"] if isinstance(value, dict) else value
    return None if value is None else value * factor
