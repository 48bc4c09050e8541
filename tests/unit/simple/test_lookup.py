"""Hosts are found as always, and a look-up that hangs holds nobody up."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest

from wheelforge.simple.lookup import Loop


def test_a_host_is_found() -> None:
    async def look_up() -> object:
        return await asyncio.get_running_loop().getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)

    with asyncio.Runner(loop_factory=Loop) as runner:
        assert runner.run(look_up()) == socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)


def test_a_host_that_is_none_is_told() -> None:
    with asyncio.Runner(loop_factory=Loop) as runner, pytest.raises(socket.gaierror):
        runner.run(runner.get_loop().getaddrinfo("256.256.256.256", 80, flags=socket.AI_NUMERICHOST))


def test_who_no_longer_waits_for_a_look_up_can_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    answer, answered = threading.Event(), threading.Event()

    def hang(*_: object, **__: object) -> list[object]:
        answer.wait(60)
        answered.set()
        return []

    async def look_up() -> None:
        async with asyncio.timeout(0.01):
            await asyncio.get_running_loop().getaddrinfo("index.example", 443)

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    with asyncio.Runner(loop_factory=Loop) as runner, pytest.raises(TimeoutError):
        runner.run(look_up())
    assert not answered.is_set()
    answer.set()
    assert answered.wait(60)


def test_many_connections_share_one_look_up(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def answer(host: object, *_: object, **__: object) -> list[object]:
        asked.append(host)
        return [host]

    async def look_up() -> list[object]:
        loop = asyncio.get_running_loop()
        names = ["one.example"] * 20 + ["two.example"]
        found: list[object] = await asyncio.gather(*(loop.getaddrinfo(name, 443) for name in names))
        return [*found, await loop.getaddrinfo("one.example", 443)]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    with asyncio.Runner(loop_factory=Loop) as runner:
        assert runner.run(look_up()) == [["one.example"]] * 20 + [["two.example"], ["one.example"]]
    assert sorted(map(str, asked)) == ["one.example", "two.example"]


def test_a_look_up_that_failed_is_tried_again() -> None:
    async def look_up(host: str) -> None:
        await asyncio.get_running_loop().getaddrinfo(host, 80, flags=socket.AI_NUMERICHOST)

    with asyncio.Runner(loop_factory=Loop) as runner, pytest.MonkeyPatch.context() as patch:
        with pytest.raises(socket.gaierror):
            runner.run(look_up("256.256.256.256"))
        patch.setattr(socket, "getaddrinfo", lambda *_, **__: [])
        runner.run(look_up("256.256.256.256"))
