"""Which package may import which: every arrow goes one way."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = {  # name: (folder, what it may import of the others)
    "stt_model_pico": ("stt-model-pico/stt_model_pico", set()),
    "stt_api": ("stt-api/stt_api", {"stt_model_pico"}),
    "custom_stt_client": ("stt-client/custom_stt_client", set()),
    "livekit.plugins.custom_stt": ("livekit-plugin-custom-stt/livekit", {"custom_stt_client"}),
    "stt_testing": (
        "testing/stt_testing",
        {"stt_api", "custom_stt_client", "livekit.plugins.custom_stt"},
    ),
    "bench": ("bench", {"stt_api", "stt_testing", "livekit.plugins.custom_stt"}),
}


def imported(folder: Path) -> Iterator[str]:
    """Yield the whole name of everything that is imported from outside of a folder's package."""
    for module in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("name", PACKAGES)
def test_packages_depend_on_each_other_one_way(name: str) -> None:
    folder, allowed = PACKAGES[name]
    others = PACKAGES.keys() - {name}
    used = {
        other
        for module in imported(ROOT / folder)
        for other in others
        if f"{module}.".startswith(f"{other}.")
    }
    assert used <= allowed


def test_no_package_is_left_out() -> None:
    members = {path.parent.name for path in ROOT.glob("*/pyproject.toml")}
    assert members <= {Path(folder).parts[0] for folder, _ in PACKAGES.values()}
