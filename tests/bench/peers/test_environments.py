import re
import sys
from pathlib import Path

import pytest

from bench.peers.command import PEERS
from bench.peers.environments import REQUIREMENTS, TORCH, Unavailable, python_of
from bench.peers.ours import ours
from bench.peers.product import Product

each_peer = pytest.mark.parametrize("peer", PEERS.values(), ids=lambda peer: peer.environment)


def required(peer: Product) -> str:
    return (REQUIREMENTS / f"{peer.environment}.txt").read_text()


@each_peer
def test_every_requirement_of_a_peer_is_pinned_and_comes_from_a_registry(peer: Product) -> None:
    lines = [line for line in required(peer).splitlines() if not line.startswith("#")]
    assert lines and all(
        re.match(r"[\w.-]+(\[[\w,-]+\])?==[\w.]+( ; .+)?$", line) for line in lines
    )


@each_peer
def test_the_version_in_the_table_is_the_one_that_is_installed(peer: Product) -> None:
    name, version = peer.name.lower().split()
    pins = {line.partition(" ;")[0].replace("-", "") for line in required(peer).splitlines()}
    assert f"{name}=={version}" in pins


def test_ours_runs_in_this_environment() -> None:
    assert python_of(ours("ours", {})) == Path(sys.executable)


@each_peer
def test_a_peer_that_is_installed_as_required_is_not_installed_again(
    peer: Product, tmp_path: Path
) -> None:
    folder = tmp_path / str(peer.environment)
    folder.mkdir()
    (folder / "installed.txt").write_text(f"{TORCH}\n{required(peer)}")
    assert python_of(peer, tmp_path) == folder / "bin" / "python"


def test_a_peer_that_cannot_be_installed_says_at_which_step(tmp_path: Path) -> None:
    taken = tmp_path / "a file, not a folder"
    taken.touch()
    with pytest.raises(Unavailable, match=r"^uv venv: \w"):
        python_of(PEERS["RealtimeSTT"], taken)
