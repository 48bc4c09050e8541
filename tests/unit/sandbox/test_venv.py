"""The weaker sandbox."""

from __future__ import annotations

from pathlib import Path

from wheelforge.sandbox.port import Job, Mount
from wheelforge.sandbox.venv import Venv


def test_a_mount_is_seen_where_it_is() -> None:
    assert Venv().seen(Mount(host=Path("/some/source"), inside="/src")) == "/some/source"


def test_a_job_runs_as_it_is_with_proxies_that_lead_nowhere() -> None:
    job = Job(argv=("program", "argument"), env={"A": "1", "all_proxy": "own"}, cwd="/some/source", mounts=())
    command = Venv().command(job)
    assert (command.argv, command.cwd) == (job.argv, Path("/some/source"))
    assert command.env == {
        "A": "1",
        "PWD": "/some/source",
        "http_proxy": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
        "all_proxy": "http://127.0.0.1:9",
    }
