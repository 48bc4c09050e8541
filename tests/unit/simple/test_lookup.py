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
