"""What a variable brings into the URLs of a requirement file is a secret: neither told nor kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from hostile import WHEEL, wheel
from integration.command import lock_of, refused, wheelforge
from loopback import Reply, file_entry, json_page, serving
from wheelforge.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from integration.command import Outcome
    from loopback import Loopback

SECRET, LONG = "t0k", "a-long-s3cret"
"""Neither is part of a word that is told."""
PAGE, FILE = f"/{SECRET}/simple/demo/", f"/{SECRET}/files/{WHEEL}"
HASTY = ("--timeout", "0.5", "--retries", "0", "-v", "--json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where requirement files are written and collected."""

    server: Loopback
    folder: Path

    def write(self, *lines: str) -> tuple[str, ...]:
        """A requirement file with ``SERVER`` filled in; gives the command that collects it."""
        path = self.folder / "requirements.txt"
        path.write_text("\n".join(lines).replace("SERVER", self.server.url.partition("//")[2]))
        return ("collect", "-r", str(path), "-o", str(self.folder / "out"), "--cache-dir", str(self.cache), *HASTY)

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    def collects(self, *lines: str, options: tuple[str, ...] = ()) -> Outcome:
        """The command does its work, and nothing secret stands in what it says and writes."""
        outcome = wheelforge(*self.write(*lines), *options)
        written = [path.read_text(errors="replace") for path in (self.folder / "out").rglob("*") if path.is_file()]
        assert_unsaid(outcome.stdout, outcome.stderr, *written)
        return outcome

    def fails(self, *lines: str, code: ExitCode) -> str:
        """The command fails, and tells nothing secret."""
        said = refused(*self.write(*lines), code=code)
        assert_unsaid(said)
        return said


def assert_unsaid(*texts: str) -> None:
    assert not [text for text in texts for secret in (SECRET, LONG) if secret in text]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOKEN", SECRET)
    monkeypatch.setenv("LONG", LONG)
    entry = file_entry(WHEEL, wheel(), f"../../files/{WHEEL}")
    with serving({PAGE: json_page(entry), FILE: wheel()}) as server:
        yield Desk(server=server, folder=tmp_path)


def test_the_path_of_an_index_is_told_by_the_name_of_its_variable(desk: Desk) -> None:
    lines = ("-i http://${TOKEN}:${LONG}@SERVER/${TOKEN}/simple", "demo")
    desk.collects(*lines)
    lock = lock_of(desk.folder / "out")
    assert [(file.filename, file.url) for file in lock.artifacts] == [(WHEEL, "")]
    assert "/${TOKEN}/simple/" in str(lock.inputs.options["indexes"])


def test_a_lock_without_the_url_is_followed_and_does_not_change_with_the_secret(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ("-i http://SERVER/${TOKEN}/simple", "demo")
    desk.collects(*lines)
    before = (desk.folder / "out" / "wheelforge.lock").read_bytes()
    (desk.folder / "out" / WHEEL).unlink()
    desk.server.routes.update({path.replace(SECRET, LONG): desk.server.routes[path] for path in (PAGE, FILE)})
    monkeypatch.setenv("TOKEN", LONG)
    desk.collects(*lines, options=("--locked",))
    assert (desk.folder / "out" / WHEEL).read_bytes() == wheel()
    assert (desk.folder / "out" / "wheelforge.lock").read_bytes() == before


def test_an_index_that_is_a_variable_as_a_whole_lends_its_host_to_no_name(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLACE", f"{desk.server.url}/{SECRET}/simple")
    told = desk.collects("--extra-index-url ${PLACE}", "--no-index", "--find-links ${PLACE}/demo/", "demo")
    host = desk.server.url.partition("//")[2].partition(":")[0]
    lock = (desk.folder / "out" / "wheelforge.lock").read_text()
    assert host not in told.stdout + told.stderr + lock


@pytest.mark.parametrize(
    ("path", "reply", "code"),
    [
        (PAGE, Reply(status=503), ExitCode.INDEX),
        (PAGE, Reply(status=401), ExitCode.INDEX),
        (PAGE, Reply(body=b"{", headers={"Content-Type": "application/vnd.pypi.simple.v1+json"}), ExitCode.INDEX),
        (FILE, Reply(status=404), ExitCode.INDEX),
        (FILE, b"another file", ExitCode.INTEGRITY),
    ],
)
def test_no_error_of_an_index_tells_the_secret_of_its_path(
    path: str, reply: Reply | bytes, code: ExitCode, desk: Desk
) -> None:
    desk.server.routes[path] = reply
    desk.fails("-i http://SERVER/${TOKEN}/simple", "demo", code=code)


def test_an_index_option_that_means_nothing_tells_no_secret(desk: Desk) -> None:
    said = desk.fails("-i htp://SERVER/${TOKEN}/simple", "demo", code=ExitCode.USAGE)
    assert "/${TOKEN}/simple" in said


def test_a_place_that_cannot_be_reached_is_told_by_its_variable(desk: Desk) -> None:
    said = desk.fails("demo @ http://SERVER/${LONG}/demo.tar.gz", code=ExitCode.INDEX)
    assert "/${LONG}/demo.tar.gz" in said


def test_a_file_of_the_web_behind_a_secret_path_is_read(desk: Desk) -> None:
    desk.server.routes[f"/{SECRET}/all.txt"] = b"-r more.txt\n"
    desk.server.routes[f"/{SECRET}/more.txt"] = b"demo\n"
    desk.collects("-r http://SERVER/${TOKEN}/all.txt", "-i http://SERVER/${TOKEN}/simple")


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(status=404), ExitCode.USAGE),
        (Reply(status=503), ExitCode.INDEX),
        (Reply(status=401), ExitCode.INDEX),
        (b"demo ==\n", ExitCode.USAGE),
        (b"-r missing.txt\n", ExitCode.USAGE),
        (b"\xff\xfe\x00", ExitCode.USAGE),
    ],
)
def test_a_file_of_the_web_that_cannot_be_read_is_told_by_its_variable(
    reply: Reply | bytes, code: ExitCode, desk: Desk
) -> None:
    desk.server.routes[f"/{SECRET}/all.txt"] = reply
    said = desk.fails("-r http://SERVER/${TOKEN}/all.txt", code=code)
    assert "/${TOKEN}/" in said
