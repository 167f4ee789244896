import pytest

from stt_api.admission import Admission
from stt_api.tcp import TcpConfig


async def test_a_warning_is_written_seldom_and_keeps_back_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    config = TcpConfig(
        None, admission=Admission(1), handshake_timeout_s=1, send_timeout_s=1, log_config=None
    )
    for message in ("full", "refused", "full"):
        config.warn(message)
    assert [record.message for record in caplog.records] == ["full", "refused"]
