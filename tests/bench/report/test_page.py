import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from bench.report.page import page, sentence, write_page
from bench.report.plot import LOOKS, PLOTS

SPREAD = {"p50": 0.1, "p95": 0.3, "p99": None}
SPREADS = ("final_over_endpointing_s", "first_interim_s", "interim_age_s")
RATES = ("wer", "wer_alone", "flicker", "server_cores", "mean_batch")


def way(baseline: bool, *sessions: int) -> dict[str, Any]:
    counts = {"lost": 0, "failed_sessions": 0, "memory_mb": 300.0}
    figures = {**dict.fromkeys(SPREADS, SPREAD), **dict.fromkeys(RATES, 0.5), **counts}
    best = {"times": None if baseline else 1.5, "baseline": None if baseline else "serial"}
    return {
        "baseline": baseline,
        "sustained": [
            {"bound_ms": bound_ms, "sessions": 3, **best} for bound_ms in (500.0, 1000.0)
        ],
        "steps": [{"sessions": n, **figures} for n in sessions],
        "flush_to_final_s": {} if baseline else {"8 sessions": SPREAD},
    }


DATA = {
    "conditions": {
        "model": "/models/small",
        "device": "cpu",
        "processor": "a processor",
        "cores": 2,
        "seconds": 8.0,
        "bound_ms": [500.0, 1000.0],
        "endpointing_ms": 500,
        "settings": {"STT_WORKERS": "1"},
        "vad_us_per_window": 58.2,
        "commit": None,
        "begun": "2026-01-01 00:00 UTC",
    },
    "ways": {"ours <fit>": way(False, 1, 2, 3, 4), "serial": way(True, 1)},
}


@pytest.fixture(scope="module")
def shown() -> str:
    return page(DATA)


def test_the_conditions_are_a_whole_sentence() -> None:
    said = sentence(DATA)
    assert said.startswith("small on 2 cores. Clients ") and "steps of 8 s" in said
    assert "at most 500 or 1000 ms after the endpoint (500 ms of silence)" in said


def test_the_conditions_are_a_table_of_names_and_values(shown: str) -> None:
    assert "<td>processor</td><td>a processor, 2 cores</td>" in shown
    assert "<td>settings of the server</td><td>STT_WORKERS=1</td>" in shown
    assert "/models" not in shown


def test_the_page_loads_nothing_and_fits_a_phone(shown: str) -> None:
    assert not re.search(r"src=|<script|<link|url\(http|@import", shown)
    assert "width=device-width" in shown


def test_the_page_tells_every_way_step_and_ratio(shown: str) -> None:
    assert "ours &lt;fit&gt;" in shown and "<fit>" not in shown
    assert shown.count("3 (1.5 × serial)") == 2
    assert shown.count("<td>serial</td>") == 2 and "8 sessions: 100/300" in shown
    assert all(plot.title in shown for plot in PLOTS)


def test_every_tag_of_the_page_is_closed(shown: str) -> None:
    opened: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag != "meta":
                opened.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert opened.pop() == tag

    Tags().feed(shown)
    assert opened == []


def test_the_plot_of_the_readme_follows_the_readers_mode(tmp_path: Path) -> None:
    write_page(DATA, tmp_path)
    drawn = (tmp_path / "bench-report.svg").read_text()
    ElementTree.fromstring(drawn)  # an image must be whole XML
    assert "prefers-color-scheme:dark" in drawn and "var(--ink)" in drawn
    assert "How late finals are (lower is better)" in drawn
    assert {colour for colour, _ in LOOKS[:2]} <= set(re.findall(r"#[0-9a-f]{6}", drawn))
    assert len(drawn) < 100_000
