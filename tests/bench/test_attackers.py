"""Attackers at servers of a few lines."""

import asyncio
from asyncio import StreamReader, StreamWriter

from bench.attackers import Tally, run_attackers


async def attack(name: str, answer: bytes | None) -> Tally:
    """Attack a server that gives every client ``answer`` and leaves, or nothing and stays."""

    async def serve(reader: StreamReader, writer: StreamWriter) -> None:
        if answer is None:
            await reader.read()
        else:
            writer.write(answer)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        url = f"http://{host}:{port}"
        [tally] = await asyncio.to_thread(run_attackers, url, [name], 1.0)
    return tally


async def test_attackers_note_how_each_attempt_was_answered() -> None:
    tally = await attack("refused-requests", b"HTTP/1.1 404 Not Found\r\n\r\n")
    assert tally.attempts > 2 and set(tally.answers) == {"404"}


async def test_attackers_end_when_their_time_is_over_whatever_the_server_does() -> None:
    tally = await attack("half-requests", None)
    assert (tally.attempts, tally.without_an_end, tally.answers.total()) == (300, 300, 0)


async def test_a_refused_session_counts_as_an_answer() -> None:
    tally = await attack("file-senders", b"HTTP/1.1 503 Full\r\nContent-Length: 0\r\n\r\n")
    assert set(tally.answers) == {"503"}


async def test_a_connection_that_is_thrown_out_counts_as_an_answer() -> None:
    assert set((await attack("long-urls", b"")).answers) == {"closed"}


def test_tallies_of_an_attack_add_up() -> None:
    [first, second] = run_attackers("http://127.0.0.1:1", ["long-urls", "leavers"], 1.0)
    first.add(second)
    assert first.answers.keys() == {"ConnectionRefusedError"}
    assert first.attempts >= first.answers.total() > 4
