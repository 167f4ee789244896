"""A run as a page for people: one file, without script or network, on a phone as well."""

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from .data import Row
from .plot import FINALS, PLOTS, standalone, svg, theme
from .table import STEP_HEADINGS, flushes, step_cells, sustained

STYLE = """
body{margin:0 auto;max-width:84rem;padding:1rem;background:var(--paper);color:var(--ink);
 font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.5rem;margin:.5rem 0}h2{font-size:1.1rem;margin:1rem 0 .25rem}
p{max-width:44rem}
.plots{display:grid;gap:1rem 2rem;
 grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr))}
svg{display:block;width:100%;height:auto}
.wide{overflow-x:auto}.steps td{white-space:nowrap}
table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums}
th,td{border-bottom:1px solid var(--faint);padding:.25rem .75rem .25rem 0;text-align:left;
 vertical-align:top}
"""


def write_page(data: Row, folder: Path) -> None:
    """Write bench-report.html, and bench-report.svg: one plot of finals, for a README."""
    (folder / "bench-report.html").write_text(page(data))
    title = f"{FINALS.title}: p50, and p95 dashed; {_short(data)}"
    drawn = svg(FINALS, data, width=7.2, height=3.6, title=title)
    (folder / "bench-report.svg").write_text(standalone(drawn))


def page(data: Row) -> str:
    plots = "".join(
        f"<section><h2>{escape(plot.title)}</h2>{svg(plot, data)}</section>" for plot in PLOTS
    )
    steps = [
        [name, *step_cells(step)] for name, way in data["ways"].items() for step in way["steps"]
    ]
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>stt-api bench</title><style>{theme(":root")}{STYLE}</style></head><body>
<h1>Sessions sustained</h1>
<p>{escape(sentence(data))}</p>
{_table(*_summary(data))}
<h2>Conditions</h2>
{_table((), _conditions(data["conditions"]))}
<p>In the plots a line is the median (p50); where there is a band, its dashed edge is p95: one in
twenty comes later than that.</p>
<div class="plots">{plots}</div>
<h2>Every step</h2>
<div class="steps">{_table(("way", *STEP_HEADINGS), steps)}</div>
</body></html>
"""


def sentence(data: Row) -> str:
    """Say under which conditions sessions count as sustained."""
    told = data["conditions"]
    bounds = " or ".join(f"{bound:g}" for bound in told["bound_ms"])
    return (
        f"{_short(data)}. Clients on the same machine play recorded dialogues"
        f" in real time, in steps of {told['seconds']:g} s; the ways to serve take turns. Sessions"
        f" are sustained while p95 of finals comes at most {bounds} ms after the endpoint"
        f" ({told['endpointing_ms']} ms of silence) and nothing is lost."
    )


def _short(data: Row) -> str:
    told = data["conditions"]
    return f"{Path(told['model']).name} on {_where(told)}"


def _where(told: Row) -> str:
    cores = f"{told['cores']} cores"
    return cores if told["device"] == "cpu" else f"{told['device']} and {cores}"


def _conditions(told: Row) -> list[list[str]]:
    settings = ", ".join(f"{name}={value}" for name, value in told["settings"].items())
    rows = {
        "model": Path(told["model"]).name,
        "processor": f"{told['processor']}, {told['cores']} cores",
        "settings of the server": settings or "as they are by default",
        "voice activity detection": f"{told['vad_us_per_window']:.0f} µs for 32 ms of one session",
        "code": told["commit"] or "not a checkout of git",
        "begun": told["begun"],
    }
    return [[name, value] for name, value in rows.items()]


def _summary(data: Row) -> tuple[list[str], list[list[str]]]:
    bounds = next(iter(data["ways"].values()))["sustained"]
    heads = ["", *(f"at {held['bound_ms']:g} ms" for held in bounds), "flush → final, p50/p95 ms"]
    rows = [
        [name, *map(sustained, way["sustained"]), flushes(way)]
        for name, way in data["ways"].items()
    ]
    return heads, rows


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = f"<tr>{''.join(f'<th>{escape(cell)}</th>' for cell in heads)}</tr>" if heads else ""
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows
    )
    return f'<div class="wide"><table>{head}{body}</table></div>'
