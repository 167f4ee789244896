"""The bench itself, on a load that takes seconds."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from bench.attacks import ATTACKS
from bench.capacity import Climb
from bench.command import arguments
from bench.comparison import COST, WER
from bench.flushes import run_flushes, run_plugin_flushes
from bench.load import Play
from bench.machine import conditions
from bench.ramp import Ramp
from bench.report.data import as_data
from bench.report.page import write_page
from bench.report.table import tables
from bench.runs import attack, compare, offline, ramp
from bench.serve import MODES
from bench.step import client_processes, run_step
from bench.ways import ROOT, Way, serving
from stt_testing.local_server import running_server


@pytest.mark.parametrize("mode", MODES)
def test_a_small_load_gives_a_whole_report(mode: str, tmp_path: Path) -> None:
    play = Play("dialogue1.flac", 10, 11, 0.0)  # one short utterance
    way = Way(mode, mode)
    with serving(way, arguments([])) as server, client_processes() as pool:
        step = run_step(server, pool, [play, replace(play, delay_s=0.2)], 0.5)
    climb = Climb(way, {500.0: Ramp(2, 2)})
    climb.add(step)
    data = as_data(conditions(arguments([])), [climb])
    [row] = data["ways"][mode]["steps"]
    assert (row["utterances"], row["lost"], row["failed_sessions"], row["wer"]) == (2, 0, 0, 0)
    assert row["final_over_endpointing_s"]["p95"] is not None and row["batch_sizes"]
    assert len(tables(data)) == 2
    write_page(data, tmp_path)
    assert (tmp_path / "bench-report.html").stat().st_size > 10_000


def test_two_ways_are_ramped_in_turns_to_one_report(tmp_path: Path) -> None:
    asked = ("--compare", "unbounded", "ours", "--ramp", "--first=1", "--most=1", "--seconds=1")
    bounds = ("--bound-ms", "10000", "20000")
    with client_processes() as pool:
        ramp(arguments([*asked, *bounds, f"--out={tmp_path}"]), pool, Console())
    ways = json.loads((tmp_path / "bench-report.json").read_text())["ways"]
    assert [step["sessions"] for way in ways.values() for step in way["steps"]] == [1, 1]
    assert [held["sessions"] for held in ways["unbounded"]["sustained"]] == [1, 1]
    assert [held["times"] for held in ways["ours"]["sustained"]] == [1, 1]
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".html", ".svg"}


async def test_flushes_are_timed_through_socket_and_plugin() -> None:
    with running_server() as server, client_processes() as pool:
        plugin = pool.submit(run_plugin_flushes, server.url, 2)
        sockets = pool.submit(run_flushes, server.url, 2, 2)
        assert (len(plugin.result()), len(sockets.result())) == (2, 4)
        assert all(0 < seconds < 5 for seconds in plugin.result() + sockets.result())


def test_two_modes_are_compared_in_turns(tmp_path: Path) -> None:
    asked = ("--compare", "unbounded", "ours", "--sessions=2", "--seconds=1", "--rounds=1")
    with client_processes() as pool:
        compare(arguments([*asked, f"--out={tmp_path}"]), pool, Console())
    report = json.loads((tmp_path / "bench-report.json").read_text())
    steps = {way: len(steps) for way, steps in report["steps"].items()}
    assert steps == {"unbounded": 2, "ours": 1}
    assert report["other_words"] == {"unbounded": 0, "ours": 0}
    assert report["ratios"]["server's CPU, cores"] > 0


def test_another_checkout_is_compared_with_this_one_in_silence(tmp_path: Path) -> None:
    turns = ("--load=silent", "--sessions=2", "--seconds=1", "--rounds=1", f"--out={tmp_path}")
    with client_processes() as pool:
        compare(arguments(["--against", str(ROOT), *turns]), pool, Console())
    report = json.loads((tmp_path / "bench-report.json").read_text())
    assert {way: len(steps) for way, steps in report["steps"].items()} == {"that": 2, "this": 1}
    assert report["ratios"]["sessions for each core"] > 0
    assert report["ratios"]["word error rate, %"] is None


def test_live_sessions_are_compared_with_offline_work_by_cost_and_errors(tmp_path: Path) -> None:
    turns = ("--offline", "--sessions=2", "--seconds=1", "--rounds=1", f"--out={tmp_path}")
    with client_processes() as pool:
        offline(arguments(turns), pool, Console())
    report = json.loads((tmp_path / "bench-report.json").read_text())
    assert set(report["ratios"]) == {COST, WER} and report["ratios"][COST] > 0
    heard = {
        (step["utterances"], step["audio_s"]) for way in report["steps"].values() for step in way
    }
    assert len(heard) == 1


def test_all_attacks_are_made_beside_good_sessions_and_judged(tmp_path: Path) -> None:
    asked = ("--attack", "--sessions=2", "--seconds=1", f"--out={tmp_path}")
    with client_processes() as pool:
        fault = attack(arguments(asked), pool, Console())
    report = json.loads((tmp_path / "bench-report.json").read_text())
    assert {each["attack"] for each in report["attacks"] if each["attempts"]} == set(ATTACKS)
    assert {way: len(steps) for way, steps in report["steps"].items()} == {"calm": 2, "attacked": 1}
    assert bool(fault) == bool(report["broken"])
