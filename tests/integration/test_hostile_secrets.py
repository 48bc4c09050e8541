"""No credential in anything that is told or kept, or sent to another server; no step out of encryption."""

from __future__ import annotations

import ssl
import subprocess
from typing import TYPE_CHECKING

import pytest

from hostile import FILE, PAGE, WHEEL, Siege, besieged, wheel
from loopback import Reply, file_entry, json_page, serving
from wheelforge.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

USER, SECRET = "someone", "s3cret-w0rd"
SELF_SIGNED = (
    "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
    "-subj", "/CN=loopback", "-addext", "subjectAltName=IP:127.0.0.1",
)  # fmt: skip


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of the loopback that no authority has signed, and its key."""
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    signed = path.with_suffix(".crt")
    try:
        subprocess.run([*SELF_SIGNED, "-keyout", path, "-out", signed], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("needs the openssl command to make a certificate")
    path.write_bytes(path.read_bytes() + signed.read_bytes())
    return path


@pytest.fixture
def encrypted(tmp_path: Path, certificate: Path) -> Iterator[Siege]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with besieged(tmp_path, context=context) as siege:
        yield siege


def secret(siege: Siege) -> str:
    return siege.url.replace("://", f"://{USER}:{SECRET}@")


def assert_kept_nowhere(*folders: Path) -> None:
    """Neither in a name nor in a file, base64 of it neither."""
    for path in (path for folder in folders for path in folder.rglob("*")):
        assert SECRET not in str(path)
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path


def test_a_run_that_ends_well_keeps_no_secret(siege: Siege) -> None:
    siege.server.routes[PAGE] = Reply(status=302, headers={"Location": "/elsewhere/"})
    page = siege.good[PAGE]
    assert isinstance(page, Reply)
    kept = {**page.headers, "ETag": '"1"', "Cache-Control": "max-age=600"}
    siege.server.routes["/elsewhere/"] = Reply(body=page.body, headers=kept)
    told = siege.collects("-v", "--json", url=secret(siege))
    assert SECRET not in told.stdout + told.stderr
    assert all("authorization" in request.headers for request in siege.server.seen)
    assert_kept_nowhere(siege.folder, siege.cache)


@pytest.mark.parametrize(
    ("path", "reply", "code"),
    [
        (PAGE, Reply(status=401), ExitCode.INDEX),
        (PAGE, Reply(status=503), ExitCode.INDEX),
        (PAGE, Reply(status=302, headers={"Location": f"http://{USER}:{SECRET}@["}), ExitCode.INDEX),
        (PAGE, Reply(status=302, headers={"Location": f"gopher://{USER}:{SECRET}@host/"}), ExitCode.INDEX),
        (FILE, Reply(status=403), ExitCode.INDEX),
        (FILE, b"another file", ExitCode.INTEGRITY),
    ],
)
def test_a_run_that_fails_tells_no_secret(path: str, reply: Reply | bytes, code: ExitCode, siege: Siege) -> None:
    siege.server.routes[path] = reply
    assert SECRET not in siege.fails("-v", code=code, url=secret(siege))
    assert_kept_nowhere(siege.folder, siege.cache)


def test_a_secret_is_told_to_no_other_server(siege: Siege) -> None:
    page = siege.good[PAGE]
    assert isinstance(page, Reply)
    with serving({FILE: wheel()}) as other:
        away = json_page(file_entry(WHEEL, wheel(), f"{other.url}/moved"))
        other.routes.update({PAGE: away, "/moved": Reply(status=302, headers={"Location": FILE})})
        siege.server.routes[PAGE] = Reply(status=302, headers={"Location": f"{other.url}{PAGE}"})
        siege.collects("-v", url=secret(siege))
    assert [request.path for request in other.seen] == [PAGE, "/moved", FILE]
    assert not [request for request in other.seen if "authorization" in request.headers]
    assert_kept_nowhere(siege.folder, siege.cache)


def test_a_certificate_that_nobody_vouches_for_is_refused_until_it_is_named(
    encrypted: Siege, certificate: Path
) -> None:
    said = encrypted.fails(code=ExitCode.INDEX)
    assert "no encrypted connection (self-signed certificate)\nhint: name the certificate authority" in said
    encrypted.collects("--cert", str(certificate))


def test_no_redirect_leads_out_of_encryption(encrypted: Siege, certificate: Path) -> None:
    with serving(encrypted.good) as open_server:
        back = Reply(status=302, headers={"Location": f"{encrypted.server.url}/back/"})
        open_server.routes[PAGE] = back
        encrypted.server.routes["/back/"] = encrypted.good[PAGE]
        encrypted.server.routes[PAGE] = Reply(status=302, headers={"Location": f"{open_server.url}{PAGE}"})
        said = encrypted.fails("--cert", str(certificate), code=ExitCode.INDEX)
    assert "it redirects to an address without encryption" in said
    assert open_server.seen == []


@pytest.mark.parametrize(
    "content", [f"machine 127.0.0.1 login {USER} password {SECRET} nonsense\n".encode(), b"\xff\xfe\0", None]
)
def test_a_netrc_that_cannot_be_read_is_told_and_done_without(
    content: bytes | None, siege: Siege, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    if content is None:
        netrc.mkdir()  # whoever runs the tests as root may read any file, but no folder
    else:
        netrc.write_bytes(content)
    monkeypatch.setenv("NETRC", str(netrc))
    told = siege.collects("-v").stderr
    assert SECRET not in told
    assert f"warning: {netrc}" in told
