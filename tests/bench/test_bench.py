"""The bench itself, on a load that takes seconds."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from bench.attacks import ATTACKS
from bench.command import arguments, attack, compare
from bench.flushes import run_flushes, run_plugin_flushes
from bench.load import Play
from bench.report import ModeRun, Run, machine, tables, write
from bench.serve import MODES
from bench.step import client_processes, run_step
from bench.ways import ROOT, Way, serving
from local_server import running_server


@pytest.mark.parametrize("mode", MODES)
def test_a_small_load_gives_a_whole_report(mode: str, tmp_path: Path) -> None:
    play = Play("dialogue1.flac", 10, 11, 0.0)  # one short utterance
    way = serving(Way(mode, mode), arguments([]))
    with way as server, client_processes() as pool:
        step = run_step(server, pool, [play, replace(play, delay_s=0.2)], 0.5)
    run = Run(machine(), [ModeRun("ours", [step], 2), ModeRun("serial", [step], 1)])
    write(run, tmp_path)
    report = json.loads((tmp_path / "bench-report.json").read_text())
    [row] = report["modes"]["ours"]["steps"]
    assert report["ratio_to_best_baseline"] == 2.0
    assert (row["utterances"], row["lost"], row["failed_sessions"], row["wer"]) == (2, 0, 0, 0)
    assert row["final_over_endpointing_s"]["p95"] is not None and row["batch_sizes"]
    assert len(tables(run)) == 2
    page = (tmp_path / "bench-report.html").read_text()
    assert "src=" not in page.split("</script>")[0]


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


def test_all_attacks_are_made_beside_good_sessions_and_judged(tmp_path: Path) -> None:
    asked = ("--attack", "--sessions=2", "--seconds=1", f"--out={tmp_path}")
    with client_processes() as pool:
        fault = attack(arguments(asked), pool, Console())
    report = json.loads((tmp_path / "bench-report.json").read_text())
    assert {each["attack"] for each in report["attacks"] if each["attempts"]} == set(ATTACKS)
    assert {way: len(steps) for way, steps in report["steps"].items()} == {"calm": 2, "attacked": 1}
    assert bool(fault) == bool(report["broken"])
