"""A run's figures over the number of sessions, as SVG that needs neither script nor network."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

from .data import Row

# Drawn with these, and replaced by what the reader's light or dark mode asks for.
INK, PAPER, FAINT = "#1f2328", "#ffffff", "#d1d9e0"
DARK = {INK: "#e6edf3", PAPER: "#0d1117", FAINT: "#3d444d"}
VARIABLES = {INK: "--ink", PAPER: "--paper", FAINT: "--faint"}

# Okabe and Ito's, which colour-blind readers tell apart on light and on dark; markers as well.
LOOKS = (
    ("#0072b2", "o"),
    ("#d55e00", "s"),
    ("#009e73", "^"),
    ("#cc79a7", "D"),
    ("#e69f00", "v"),
    ("#56b4e9", "P"),
)
FLOOR = 10  # ms; what came earlier is drawn here, for a log axis has no zero

STYLE: dict[Any, Any] = {  # matplotlib types each key by itself
    "svg.fonttype": "none",  # text stays text: small, and in the reader's font
    "svg.hashsalt": "bench",  # the same run is the same file
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.facecolor": PAPER,
    "figure.facecolor": PAPER,
    "grid.color": FAINT,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
}


@dataclass(frozen=True, slots=True)
class Plot:
    """``key`` of a step's row times ``factor`` is the unit's; a spread has p50 and p95."""

    title: str
    key: str
    factor: float
    unit: str
    spread: bool = False
    bound: bool = False


FINALS = Plot(
    "How late finals are (lower is better)",
    "final_over_endpointing_s",
    1000,
    "ms after the endpoint",
    True,
    True,
)
PLOTS = (
    FINALS,
    Plot(
        "How late first words are (lower is better)",
        "first_interim_s",
        1000,
        "ms after speech began",
        True,
    ),
    Plot(
        "How old interims are (lower is better)", "interim_age_s", 1000, "ms after its sound", True
    ),
    Plot("Words heard wrongly (lower is better)", "wer", 100, "% of the words"),
    Plot("CPU that the server takes (lower is better)", "server_cores", 1, "cores"),
    Plot(
        "Requests that share one run of the model (higher is better)", "mean_batch", 1, "requests"
    ),
)


def svg(plot: Plot, data: Row, *, width: float = 4.2, height: float = 3.2, title: str = "") -> str:
    """Return a plot as an ``<svg>`` whose colours are CSS variables; sizes are in inches."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.add_subplot()
        _draw(axes, plot, data)
        figure.legend(
            loc="outside upper left",
            title=title,
            title_fontsize=11,
            alignment="left",
            ncols=2 if width < 5 else 7,
            fontsize=9,
            handlelength=1.5,
        )
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    return _themed(written.getvalue())


def standalone(drawn: str) -> str:
    """Return an ``<svg>`` as a file that follows the reader's light or dark mode by itself."""
    begin = drawn.index(">") + 1
    return f"{drawn[:begin]}<style>{theme('svg')}</style>{drawn[begin:]}"


def theme(selector: str) -> str:
    """Return the CSS that gives the variables their colours."""
    light = "".join(f"{name}:{colour};" for colour, name in VARIABLES.items())
    dark = "".join(f"{name}:{DARK[colour]};" for colour, name in VARIABLES.items())
    return f"{selector}{{{light}}}@media(prefers-color-scheme:dark){{{selector}{{{dark}}}}}"


def _draw(axes: Axes, plot: Plot, data: Row) -> None:
    for look, (name, way) in zip(LOOKS * 2, data["ways"].items(), strict=False):
        _line(axes, plot, name, way["steps"], look)
    for number, bound_ms in enumerate(data["conditions"]["bound_ms"] if plot.bound else ()):
        _bound(axes, bound_ms, name="_" if number else "bound")  # once in the legend
    _sessions_axis(axes, data)
    _figure_axis(axes, plot)  # last, for it ends the choice of limits by what is drawn
    axes.grid(True, which="major", linewidth=0.6)


def _line(axes: Axes, plot: Plot, name: str, steps: Sequence[Row], look: tuple[str, str]) -> None:
    colour, marker = look
    common: dict[str, Any] = {"color": colour, "clip_on": False}  # whole markers at the edge too
    line = {**common, "label": name, "marker": marker, "markersize": 4.5, "linewidth": 1.6}
    sessions, rows = [step["sessions"] for step in steps], [step[plot.key] for step in steps]
    if not plot.spread:
        axes.plot(sessions, _scaled(rows, plot), **line)
        return
    p50, p95 = (_scaled([row[rank] for row in rows], plot) for rank in ("p50", "p95"))
    axes.plot(sessions, p50, **line)
    axes.plot(sessions, p95, **common, marker=".", markersize=3, linestyle="--", linewidth=1)
    axes.fill_between(sessions, p50, p95, color=colour, alpha=0.13, linewidth=0)


def _scaled(values: Sequence[float | None], plot: Plot) -> list[float]:
    floor = FLOOR if plot.spread else 0
    return [float("nan") if value is None else max(floor, value * plot.factor) for value in values]


def _sessions_axis(axes: Axes, data: Row) -> None:
    axes.set_xscale("log", base=2)
    tried = {step["sessions"] for way in data["ways"].values() for step in way["steps"]}
    doubled = [2**n for n in range(12) if min(tried) <= 2**n <= max(tried)]
    ticks = doubled or sorted(tried)
    axes.set_xticks(ticks, map(str, ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("sessions at once")


def _figure_axis(axes: Axes, plot: Plot) -> None:
    axes.set_ylabel(plot.unit)
    if plot.spread:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_ylim(bottom=max(FLOOR, axes.get_ylim()[0]) if plot.spread else 0)


def _bound(axes: Axes, bound_ms: float, name: str) -> None:
    """Draw a line, with its value beside the plot, where it covers nothing."""
    axes.axhline(bound_ms, color=INK, linewidth=1.2, linestyle=":", label=name)
    axes.annotate(
        f"{bound_ms:g} ms",
        (1, bound_ms),
        xycoords=("axes fraction", "data"),
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
        fontsize=8,
    )


def _themed(written: str) -> str:
    for colour, name in VARIABLES.items():
        written = written.replace(colour, f"var({name})")
    return written[written.index("<svg") :]
