import json

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from stt_api.origins import may_use
from stt_testing.local_app import local_app
from stt_testing.native_client import connection

MINE = "localhost:8000"
PORTAL = "https://portal.example"


@pytest.mark.parametrize(
    ("origin", "host", "allowed", "may"),
    [
        (f"http://{MINE}", MINE, (), True),
        ("https://STT.example", "stt.Example", (), True),
        ("http://localhost:3000", MINE, (), False),
        ("http://localhost", MINE, (), False),
        ("https://evil.example", MINE, (), False),
        (f"http://{MINE}.evil.example", MINE, (), False),
        ("null", MINE, (), False),
        ("", "", (), False),
        (PORTAL, MINE, (PORTAL,), True),
        ("HTTPS://Portal.example", MINE, (PORTAL,), True),
        ("http://portal.example", MINE, (PORTAL,), False),
        ("null", MINE, ("null",), True),
        ("https://evil.example", MINE, ("*",), True),
    ],
)
def test_a_page_may_use_its_own_server_and_those_that_allow_its_origin(
    origin: str, host: str, allowed: tuple[str, ...], may: bool
) -> None:
    assert may_use(origin, host, allowed) is may


async def test_a_page_of_another_site_gets_no_session() -> None:
    async with local_app() as app:
        url = app.url.replace("http", "ws", 1) + "/ws/transcribe"
        with pytest.raises(InvalidStatus) as refused:
            await connect(url, origin="https://evil.example")  # type: ignore[arg-type]
        assert refused.value.response.status_code == 403
        error = json.loads(refused.value.response.body)
        assert error["code"] == "origin_not_allowed"
        assert "STT_ALLOWED_ORIGINS" in error["message"]


async def test_programs_and_pages_that_are_allowed_get_a_session() -> None:
    async with local_app(allowed_origins=f"http://a.example, {PORTAL}") as app:
        url = app.url.replace("http", "ws", 1) + "/ws/transcribe"
        async with (
            connection(app.url) as program,
            connect(url, origin=PORTAL) as page,  # type: ignore[arg-type]
            connect(url, origin=app.url) as own,  # type: ignore[arg-type]
        ):
            assert all(["ready" in str(await each.recv()) for each in (program, page, own)])


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("POST", 403)])
async def test_a_page_of_another_site_may_look_but_not_post(method: str, status: int) -> None:
    foreign = {"Origin": "https://evil.example"}
    async with local_app() as app, httpx.AsyncClient() as client:
        answer = await client.request(method, f"{app.url}/health", headers=foreign)
        assert answer.status_code == status
