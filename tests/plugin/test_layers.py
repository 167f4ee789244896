"""The direction of dependencies, read from the source."""

from pathlib import Path

from ..layers import climbing, imports

PACKAGE = Path(__file__).parents[2] / "livekit-plugin-custom-stt/livekit/plugins/custom_stt"
ORDER = (  # each module imports only from those before it
    "version",
    "log",
    "options",
    "_audio",
    "_http",
    "_errors",
    "_wall_clock",
    "_speech_data",
    "_speech_events",
    "stream",
    "stt",
    "__init__",
)


def test_every_module_has_its_place_in_the_order() -> None:
    assert {path.stem for path in PACKAGE.glob("*.py")} == set(ORDER)


def test_dependencies_run_one_way() -> None:
    assert climbing(PACKAGE, ORDER) == []


def test_the_plugin_does_not_know_the_server() -> None:
    assert not [name for _, name in imports(PACKAGE) if name.startswith("stt_api")]


def test_the_plugins_own_code_is_small() -> None:
    assert sum(len(path.read_text().splitlines()) for path in PACKAGE.glob("*.py")) < 1000
