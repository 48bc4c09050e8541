"""Patience is for the server: what we wait for ourselves does not count."""

from __future__ import annotations

import asyncio

import pytest

from wheelforge.simple.exchange import Silent
from wheelforge.simple.patience import Patience

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
