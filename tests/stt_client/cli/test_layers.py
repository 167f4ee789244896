"""The direction of dependencies in the command line, read from the source."""

from __future__ import annotations

from pathlib import Path

from ...layers import climbing, imports

PACKAGE = Path(__file__).parents[3] / "stt-client/custom_stt_client/cli"
ORDER = (  # each module imports only from those before it, and from the client
    "__init__",
    "exit_status",
    "cues",
    "formats",
    "names",
    "plan",
    "media",
    "microphone",
    "report",
    "captions",
    "transcribe",
    "live",
    "arguments",
    "__main__",
)
PURE = {"exit_status", "cues", "formats", "names"}
NEED_THE_EXTRA = {"media", "report", "captions", "live", "transcribe"}


def test_every_module_has_its_place_in_the_order() -> None:
    assert {path.stem for path in PACKAGE.glob("*.py")} == set(ORDER)


def test_dependencies_run_one_way() -> None:
    assert climbing(PACKAGE, ORDER) == []


def test_what_decides_does_no_io() -> None:
    used = {name for module, name in imports(PACKAGE) if module in PURE}
    assert not used & {"asyncio", "logging", "os", "..client", "..session"}


def test_the_client_does_not_know_its_command_line() -> None:
    assert not [name for _, name in imports(PACKAGE.parent) if f"{name}.".startswith(".cli.")]


def test_what_the_extra_brings_is_asked_for_in_its_own_modules_alone() -> None:
    brought = ("av", "rich")
    users = {module for module, name in imports(PACKAGE) if name.split(".")[0] in brought}
    assert users <= NEED_THE_EXTRA
