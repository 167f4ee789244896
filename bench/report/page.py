"""A run as a page with plots that needs no network."""

from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import plotly.io
from plotly.subplots import make_subplots

from .data import Row

COLOURS = ("#1f77b4", "#d62728", "#ff7f0e", "#2ca02c", "#9467bd")

PLOTS = {  # title: (path into a step's row, factor, unit)
    "end of speech → final, over endpointing (p95)": ("final_over_endpointing_s", 1000, "ms"),
    "begin of speech → first interim (p95)": ("first_interim_s", 1000, "ms"),
    "age of interims (p95)": ("interim_age_s", 1000, "ms"),
    "word error rate": ("wer", 100, "%"),
    "server's CPU": ("server_cores", 1, "cores"),
    "mean batch": ("mean_batch", 1, "requests"),
}


def write_page(data: Row, folder: Path) -> None:
    page = plotly.io.to_html(_figure(data), include_plotlyjs=True, full_html=True)
    (folder / "bench-report.html").write_text(page)


def _figure(data: Row) -> go.Figure:
    figure = make_subplots(rows=3, cols=2, subplot_titles=list(PLOTS))
    colours = dict(zip(data["ways"], COLOURS, strict=False))
    for place, (key, factor, unit) in enumerate(PLOTS.values()):
        at = {"row": place // 2 + 1, "col": place % 2 + 1}
        for name, way in data["ways"].items():
            figure.add_scatter(
                x=[step["sessions"] for step in way["steps"]],
                y=[_value(step[key], factor) for step in way["steps"]],
                name=name,
                line={"color": colours[name]},
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
