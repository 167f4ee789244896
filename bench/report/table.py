"""A run as tables for a terminal."""

from rich.table import Table

from .data import Row

STEP_HEADINGS = (
    "sessions",
    "final p50/p95/p99 ms",
    "first interim p50/p95 ms",
    "interim age p95 ms",
    "WER (alone) %",
    "flicker %",
    "lost",
    "cores",
    "batch",
    "MB",
)


def tables(data: Row) -> list[Table]:
    return [_steps_table(data), _summary_table(data)]


def _steps_table(data: Row) -> Table:
    table = Table("way", *STEP_HEADINGS)
    for name, way in data["ways"].items():
        for step in way["steps"]:
            table.add_row(name, *step_cells(step))
    return table


def step_cells(step: Row) -> list[str]:
    final, first = step["final_over_endpointing_s"], step["first_interim_s"]
    return [
        str(step["sessions"]),
        "/".join(ms(final[rank]) for rank in ("p50", "p95", "p99")),
        "/".join(ms(first[rank]) for rank in ("p50", "p95")),
        ms(step["interim_age_s"]["p95"]),
        f"{100 * step['wer']:.1f} ({100 * step['wer_alone']:.1f})",
        f"{100 * step['flicker']:.1f}",
        str(step["lost"] + step["failed_sessions"]),
        f"{step['server_cores']:.2f}",
        f"{step['mean_batch'] or 0:.1f}",
        f"{step['memory_mb']:.0f}",
    ]


def _summary_table(data: Row) -> Table:
    bounds = next(iter(data["ways"].values()))["sustained"]
    held = (f"sessions sustained at {bound['bound_ms']:g} ms" for bound in bounds)
    table = Table("way", *held, "flush → final p50/p95 ms")
    for name, way in data["ways"].items():
        table.add_row(name, *map(sustained, way["sustained"]), flushes(way))
    return table


def flushes(way: Row) -> str:
    taken = way["flush_to_final_s"].items()
    return "; ".join(f"{what}: {ms(s['p50'])}/{ms(s['p95'])}" for what, s in taken)


def sustained(held: Row) -> str:
    ratio = "" if held["times"] is None else f" ({held['times']:.3g} × {held['baseline']})"
    return f"{held['sessions']}{ratio}"


def ms(seconds: float | None) -> str:
    return "–" if seconds is None else f"{1000 * seconds:.0f}"
