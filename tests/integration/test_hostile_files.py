"""An index whose files and metadata lie, change or never end: nothing of them is used, and nothing is left of them."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import pytest

from archives_fixture import metadata
from hostile import FILE, PAGE, WHEEL, Endless, Siege, page, wheel
from integration.command import archives, lock_of
from loopback import Reply, Request, file_entry, in_turn, json_page, ranged
from wheelforge.errors import ExitCode

if TYPE_CHECKING:
    from loopback import Route

LARGE = wheel(data=300_000)
"""Too large to be read whole for its metadata."""
METADATA = f"{FILE}.metadata"
OWN = metadata("demo", "2.0")
"""What the large wheel says itself."""


def promising(about: bytes, sha256: str | None = None) -> dict[str, Route]:
    """The large wheel, and a metadata file beside it, of whose hash the page may lie (PEP 658)."""
    promise = {"sha256": sha256 or hashlib.sha256(about).hexdigest()}
    return {PAGE: page(LARGE, core_metadata=promise), FILE: LARGE, METADATA: about}


def says(*lines: str, name: str = "demo", version: str = "2.0") -> bytes:
    return "\n".join(("Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *lines, "")).encode()


@pytest.mark.parametrize(
    ("routes", "why", "code"),
    [
        pytest.param(
            {PAGE: page(wheel(), hashes={"sha256": "0" * 64})}, f"{WHEEL} is not what was promised", ExitCode.INTEGRITY,
            id="a hash that lies",
        ),
        pytest.param(
            {PAGE: page(wheel(), size=10)}, f"{WHEEL} goes on after the 10 bytes", ExitCode.INTEGRITY,
            id="a size that lies",
        ),
        pytest.param(
            {FILE: Reply(pieces=Endless(b"x" * 65536))}, f"{WHEEL} goes on after the", ExitCode.INTEGRITY,
            id="no end",
        ),
        pytest.param(
            {PAGE: page(LARGE), FILE: Reply(pieces=Endless(b"x", 0.05))}, "bytes in 0.5 s", ExitCode.INDEX,
            id="drips",
        ),
        pytest.param(
            {FILE: Reply(body=wheel()[:-1])}, f"{WHEEL} has .* bytes, not the .* promised", ExitCode.INTEGRITY,
            id="shorter than its length",
        ),
        pytest.param({FILE: Reply(status=404)}, "it answers 404 .*\nhint: the index may be", ExitCode.INDEX, id="404"),
        pytest.param({FILE: Reply(status=403)}, "it answers 403", ExitCode.INDEX, id="403"),
        pytest.param({FILE: Reply(body=wheel(), cut=100)}, "the connection broke", ExitCode.INDEX, id="cut short"),
        pytest.param(
            {PAGE: page(b"<html>"), FILE: b"<html>"}, "is no sound wheel: it cannot be read", ExitCode.INTEGRITY,
            id="a web page for a wheel",
        ),
        pytest.param(
            promising(says(), "0" * 64), f"{WHEEL}.metadata is not what was promised", ExitCode.INTEGRITY,
            id="metadata with another hash",
        ),
        pytest.param(
            promising(says("Requires-Dist: demo>=1")), "has other metadata than", ExitCode.INTEGRITY,
            id="dependencies that are not the wheel's",
        ),
        pytest.param(
            promising(says("Requires-Python: >=3")), "has other metadata than", ExitCode.INTEGRITY,
            id="metadata that is not the wheel's",
        ),
        pytest.param(
            promising(says(name="other")), "holds metadata of other 2.0", ExitCode.RESOLUTION,
            id="metadata of another project",
        ),
        pytest.param(
            promising(says(version="3.0")), "holds metadata of demo 3.0", ExitCode.RESOLUTION,
            id="metadata of another version",
        ),
        pytest.param(
            {PAGE: page(wheel(said="3.0")), FILE: wheel(said="3.0")}, "holds metadata of demo 3.0", ExitCode.RESOLUTION,
            id="a wheel that is another version",
        ),
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_was_promised_is_told(
    routes: dict[str, Route], why: str, code: ExitCode, siege: Siege
) -> None:
    siege.server.routes.update(routes)
    said = siege.fails(code=code)
    assert re.search(why, said), said


def test_nothing_of_it_is_remembered(siege: Siege) -> None:
    for bad in (promising(says(), "0" * 64), promising(says("Requires-Dist: demo>=1")), {FILE: b"another"}):
        siege.server.routes.update(siege.good | bad)
        siege.fails(code=ExitCode.INTEGRITY)
    siege.recovers()


def test_metadata_that_is_not_there_is_read_from_the_wheel(siege: Siege) -> None:
    siege.server.routes.update(promising(says()) | {METADATA: Reply(status=404)})
    siege.collects()


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(LARGE, id="without ranges"),
        pytest.param(Reply(status=206, body=b"12345"), id="a part of nothing"),
        pytest.param(
            Reply(status=206, body=b"12345", headers={"Content-Range": "bytes 0-4/" + "9" * 5000}), id="a part of all"
        ),
        pytest.param(
            Reply(status=206, body=b"1" * 5, headers={"Content-Range": f"bytes 7-11/{len(LARGE)}"}), id="another part"
        ),
        pytest.param(Reply(status=416), id="no such part"),
    ],
)
def test_a_server_that_is_wrong_about_parts_is_asked_for_the_whole(file: bytes | Reply, siege: Siege) -> None:
    def handle(request: Request) -> Reply:
        if "range" not in request.headers or isinstance(file, bytes):
            return Reply(body=LARGE)
        return file

    siege.server.routes.update({PAGE: page(LARGE), FILE: handle})
    siege.collects()


def breaking(request: Request) -> Reply:
    """Gives 64 KiB at a time, and then hangs up."""
    whole = ranged(LARGE, {"ETag": '"1"'})(request)
    return Reply(status=whole.status, body=whole.body, headers=whole.headers, cut=65536)


def test_a_download_that_breaks_off_again_and_again_goes_on(siege: Siege) -> None:
    siege.server.routes.update(promising(OWN) | {FILE: breaking})
    siege.collects()
    asked = [request.headers for request in siege.server.seen if request.path == FILE]
    assert [headers.get("range") for headers in asked] == [
        None, *(f"bytes={place}-" for place in range(65536, len(LARGE), 65536))
    ]  # fmt: skip
    assert {headers.get("if-range") for headers in asked[1:]} == {'"1"'}


def test_a_file_that_changes_while_it_is_read_is_told(siege: Siege) -> None:
    other = ranged(wheel(data=300_001), {"ETag": '"2"'})
    siege.server.routes.update(promising(OWN) | {FILE: in_turn(breaking, other)})
    said = siege.fails(code=ExitCode.INDEX)
    assert f"{FILE}: {siege.server.url.removeprefix('http://')}: the file changed while it was read" in said
    siege.recovers()


def test_a_name_that_no_folder_should_hold_is_passed_over(siege: Siege) -> None:
    unsafe = [
        "../demo-9.0-py3-none-any.whl",
        "/etc/demo-9.0-py3-none-any.whl",
        "..\\demo-9.0-py3-none-any.whl",
        "demo-9.0-py3-none-any.whl\0.txt",
        "demo-9.0\x1b[31m-py3-none-any.whl",
        "demo-9.0-py3-none-\u202eany.whl",
        f"demo-9.0-{'x' * 300}-none-any.whl",
        "demo-9.0-py3-none-any.whl/",
        ".demo-9.0.tar.gz",
        "demo-9.0\n.tar.gz",
        "con.tar.gz",
        "",
    ]
    entries = [file_entry(name, wheel(), FILE) for name in (*unsafe, WHEEL)]
    siege.server.routes[PAGE] = json_page(*entries)
    told = siege.collects("-v").stderr
    assert archives(siege.folder) == {WHEEL}
    assert "\x1b" not in told


def test_an_address_that_is_no_web_server_s_is_not_followed(siege: Siege) -> None:
    addresses = [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "ftp://index.example/demo.whl",
        "data:text/plain,x",
        "https://[/demo.whl",
    ]
    entries = [file_entry("demo-9.0-py3-none-any.whl", wheel(), address) for address in addresses]
    siege.server.routes[PAGE] = json_page(*entries, file_entry(WHEEL, wheel(), FILE))
    siege.collects()
    assert archives(siege.folder) == {WHEEL}


def test_a_terminal_obeys_no_address(siege: Siege) -> None:
    entry = file_entry(WHEEL, wheel(), f"/files/\x1b]0;owned\x07\x9b31m{WHEEL}")
    siege.server.routes[PAGE] = json_page(entry)
    said = siege.fails(code=ExitCode.INDEX)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", said), repr(said)
    siege.recovers()


def test_credentials_in_an_address_on_a_page_are_neither_sent_nor_kept(siege: Siege) -> None:
    planted = siege.server.url.replace("://", "://someone:s3cret@") + FILE
    siege.server.routes[PAGE] = json_page(file_entry(WHEEL, wheel(), planted))
    told = siege.collects("-v")
    assert not [request for request in siege.server.seen if "authorization" in request.headers]
    assert "s3cret" not in told.stdout + told.stderr
    assert lock_of(siege.folder).artifacts[0].url == siege.server.url + FILE
