"""Patience is for the server: what we wait for ourselves does not count."""

from __future__ import annotations

import asyncio

import pytest

from wheelforge.simple.exchange import Silent
from wheelforge.simple.patience import Pace, Patience

AGES = 600
"""Seconds; no test waits for their end."""


def test_waiting_for_one_of_our_own_connections_does_not_count() -> None:
    async def wait() -> None:
        patience = Patience(0.2)
        async with patience.head() as progress:
            await asyncio.sleep(0.3)
            await progress("http11.send_request_headers.started", {})

    asyncio.run(wait())


@pytest.mark.parametrize(
    ("event", "told"),
    [("connection.connect_tcp.started", "no connection within"), ("http2.send_request_headers.started", "silent for")],
)
def test_what_did_not_come_in_time_is_told(event: str, told: str) -> None:
    async def wait() -> None:
        async with Patience(0).head() as progress:
            await progress(event, {})
            await asyncio.sleep(AGES)

    with pytest.raises(Silent, match=told):
        asyncio.run(wait())


def test_the_tries_share_it() -> None:
    async def wait() -> None:
        patience = Patience(AGES)
        assert patience.outlasts(AGES / 2)
        assert not patience.outlasts(AGES)
        patience.prolong(AGES)
        assert patience.outlasts(AGES)

    asyncio.run(wait())


@pytest.mark.parametrize("seconds", [0, AGES])
def test_a_body_that_brings_enough_may_go_on(seconds: float) -> None:
    async def read() -> None:
        pace = Pace(seconds)
        for _ in range(3):
            pace.took(1024)

    asyncio.run(read())


def test_a_body_that_drips_is_told() -> None:
    async def read() -> None:
        pace = Pace(0)
        pace.took(1023)
        pace.took(5000)

    with pytest.raises(Silent, match=r"only 1023 bytes in 0\.0 s"):
        asyncio.run(read())


def test_what_is_short_is_not_slow() -> None:
    async def read() -> None:
        pace = Pace(AGES)
        for _ in range(3):
            pace.took(1)

    asyncio.run(read())
