"""Each kind of run, from its servers to its report."""

import argparse
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import partial

from rich.console import Console

from stt_testing.local_server import RunningServer

from . import comparison, under_attack
from .attacks import ATTACKS
from .capacity import Climb, climb_in_turns
from .flushes import run_flushes, run_plugin_flushes
from .load import LOADS, plays
from .machine import conditions
from .offline import load_offline, run_offline
from .ramp import Ramp
from .report.data import as_data, write_data
from .report.page import write_page
from .report.table import tables
from .step import Step, calm_errors, client_processes, run_step
from .under_attack import UnderAttack, broken_promises
from .ways import Way, compared, ramped, serving

FLUSH_SESSIONS = 8


def ramp(options: argparse.Namespace, pool: ProcessPoolExecutor, console: Console) -> None:
    """All servers run all the time; those whose turn it is not have nothing to do."""
    climbs = [_climb(way, options) for way in ramped(options)]
    with ExitStack() as stack, console.status("") as status:
        servers = {
            climb.way.name: stack.enter_context(serving(climb.way, options)) for climb in climbs
        }
        calm = {name: calm_errors(server) for name, server in servers.items()}

        def step(way: Way, sessions: int) -> Step:
            load = plays(sessions, options.seconds, seed=sessions)
            endpointing_s = options.endpointing_ms / 1000
            return run_step(servers[way.name], pool, load, endpointing_s, calm[way.name])

        climb_in_turns(climbs, step, status.update)
        for climb in climbs:
            if climb.way.mode == "ours" and not options.pair:
                status.update(f"{climb.way.name}: flushes")
                climb.flush_s = _flushes(servers[climb.way.name], pool, climb)
    data = as_data(conditions(options), climbs)
    for table in tables(data):
        console.print(table)
    write_data(data, options.out)
    write_page(data, options.out)


def _climb(way: Way, options: argparse.Namespace) -> Climb:
    first = options.first or (8 if way.mode == "ours" and not way.settings else 1)
    precision = 0.5 if options.quick else 0.15
    return Climb(way, {bound: Ramp(first, options.most, precision) for bound in options.bound_ms})


def _flushes(
    server: RunningServer, pool: ProcessPoolExecutor, climb: Climb
) -> dict[str, list[float]]:
    """Return what a lone stream waits for, and what many do if so many are sustained."""
    lone = pool.submit(run_plugin_flushes, server.url).result()
    found = {"plugin, 1 stream": lone}
    if any(ramp.sustained >= FLUSH_SESSIONS for ramp in climb.ramps.values()):
        many = pool.submit(run_flushes, server.url, FLUSH_SESSIONS).result()
        found[f"{FLUSH_SESSIONS} sessions"] = many
    return found


def compare(options: argparse.Namespace, pool: ProcessPoolExecutor, console: Console) -> None:
    """Both servers run all the time; the one whose turn it is not has nothing to do."""
    load = LOADS[options.load](options.sessions, options.seconds)
    endpointing_s = options.endpointing_ms / 1000
    with ExitStack() as servers, console.status("") as status:
        ways = {
            way.name: partial(
                run_step, servers.enter_context(serving(way, options)), pool, load, endpointing_s
            )
            for way in compared(options)
        }
        turns = comparison.in_turns(ways, options.rounds, status.update)
    console.print(comparison.table(turns))
    write_data({"conditions": conditions(options), **comparison.as_data(turns)}, options.out)


def offline(options: argparse.Namespace, pool: ProcessPoolExecutor, console: Console) -> None:
    """Live sessions and the yardstick take turns, each in a process of its own."""
    load, endpointing_s = plays(options.sessions, options.seconds), options.endpointing_ms / 1000
    with (
        serving(Way("ours"), options) as server,
        client_processes(count=1) as alone,
        console.status("") as status,
    ):
        alone.submit(load_offline, options.model, options.device).result()

        def yardstick() -> Step:
            return alone.submit(run_offline, options.model, options.device, load).result()

        live = partial(run_step, server, pool, load, endpointing_s)
        ways: dict[str, Callable[[], Step]] = {
            "faster-whisper offline": yardstick,
            "ours live": live,
        }
        turns = comparison.in_turns(ways, options.rounds, status.update)
    console.print(comparison.measured(turns, comparison.YARDSTICK))
    data = comparison.measured_data(turns, comparison.YARDSTICK)
    write_data({"conditions": conditions(options), **data}, options.out)


def attack(options: argparse.Namespace, pool: ProcessPoolExecutor, console: Console) -> str | None:
    """Return what is broken, or None."""
    names, endpointing_s = options.attack or list(ATTACKS), options.endpointing_ms / 1000
    with (
        serving(Way("ours"), options, **under_attack.PLACES) as server,
        client_processes(under_attack.NICENESS) as attackers,
        console.status("") as status,
    ):
        run = UnderAttack(
            server, pool, attackers, names, options.sessions, options.seconds, endpointing_s
        )
        ways = {"calm": run.calm, "attacked": run.attacked}
        turns = comparison.in_turns(ways, options.rounds, status.update)
    tallies, broken = list(run.tallies.values()), broken_promises(turns)
    console.print(under_attack.table(tallies))
    console.print(comparison.table(turns))
    data = {**comparison.as_data(turns), "attacks": under_attack.as_data(tallies)}
    write_data({"conditions": conditions(options), **data, "broken": broken}, options.out)
    return f"broken: {'; '.join(broken)}" if broken else None
