"""A run as data: what is written to bench-report.json, and what tables and page show."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..capacity import Climb
from ..measures import percentiles
from ..step import Step

Row = dict[str, Any]


def as_data(conditions: Row, climbs: Sequence[Climb]) -> Row:
    return {
        "conditions": conditions,
        "ways": {
            climb.way.name: {
                "baseline": climb.way.baseline,
                "sustained": [_sustained(climb, climbs, bound_ms) for bound_ms in climb.ramps],
                "steps": [step_row(step) for step in sorted(climb.steps, key=lambda s: s.sessions)],
                "flush_to_final_s": {name: percentiles(s) for name, s in climb.flush_s.items()},
            }
            for climb in climbs
        },
    }


def _sustained(climb: Climb, climbs: Sequence[Climb], bound_ms: float) -> Row:
    """Return the sessions that were held, and how many for each one of the best baseline."""
    sessions = climb.ramps[bound_ms].sustained
    held = {"bound_ms": bound_ms, "sessions": sessions, "times": None, "baseline": None}
    baselines = [other for other in climbs if other.way.baseline]
    if climb.way.baseline or not baselines:
        return held
    best = max(baselines, key=lambda other: other.ramps[bound_ms].sustained)
    times = sessions / max(1, best.ramps[bound_ms].sustained)
    return {**held, "times": times, "baseline": best.way.name}


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
        "cpu_s": step.cpu_s,
        "audio_s": step.audio_s,
        "model_busy": step.model_busy,
        "memory_mb": step.memory_mb,
        "gpu_percent": step.gpu_percent,
        "mean_batch": float(np.mean(step.batch_sizes)) if step.batch_sizes else None,
        "batch_sizes": step.batch_sizes,
    }


def write_data(data: Row, folder: Path) -> None:
    (folder / "bench-report.json").write_text(json.dumps(data, indent=1))
