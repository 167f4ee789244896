import httpx
import pytest

from stt_testing.local_server import running_server


def test_a_server_that_ends_before_it_is_ready_is_an_error_with_its_code() -> None:
    with pytest.raises(RuntimeError, match="ended with code 3"), running_server("-c", "exit(3)"):
        pass


def test_a_server_is_ready_when_it_is_given_and_gone_after() -> None:
    with running_server() as server:
        assert httpx.get(f"{server.url}/ready").status_code == 200
    assert server.process.poll() is not None
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.url}/ready")
