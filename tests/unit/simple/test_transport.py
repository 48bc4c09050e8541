"""Proxies and certificates, as servers see them."""

from __future__ import annotations

import asyncio
import contextlib
import http.server
import shutil
import ssl
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from loopback import Reply, serving
from wheelforge.errors import IndexAccessError, UsageError
from wheelforge.simple.exchange import Lane, Options, Unreachable
from wheelforge.simple.patience import Patience
from wheelforge.simple.transport import Transport
from wheelforge.simple.web import Web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

FAR = "http://index.example/simple/"


def read(url: str, options: Options) -> bytes:
    async def main() -> bytes:
        async with Web(options) as web:
            return (await web.get(url)).body

    return asyncio.run(main())


def test_a_proxy_is_gone_through() -> None:
    with serving({FAR: b"through"}) as proxy:
        assert read(FAR, Options(proxy=proxy.url.replace("://", "://me:secret@"))) == b"through"
    assert proxy.paths() == [FAR]
    assert proxy.seen[0].headers["proxy-authorization"].startswith("Basic ")


def test_the_proxy_of_the_environment_is_gone_through(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving({FAR: b"through", "/": b"direct"}) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert read(FAR, Options()) == b"through"
        assert read(f"{proxy.url}/", Options()) == b"direct"


def test_a_proxy_that_is_not_there_is_told_as_such() -> None:
    with pytest.raises(Unreachable, match=r"no connection to the proxy 127\.0\.0\.1:1 ") as caught:
        read(FAR, Options(proxy="http://me:secret@127.0.0.1:1", retries=0))
    assert caught.value.hint == "check --proxy and HTTPS_PROXY"


def test_a_proxy_that_wants_a_login_is_told_as_such() -> None:
    with serving({FAR: Reply(status=407)}) as proxy, pytest.raises(IndexAccessError, match="407") as caught:
        read(FAR, Options(proxy=proxy.url))
    assert caught.value.hint == "give the proxy's credentials: --proxy http://USER:PASSWORD@HOST:PORT"


def test_a_proxy_that_cannot_be_used_is_refused_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "ftp://me:secret@proxy.example:1")
    with pytest.raises(UsageError, match="the proxy cannot be used") as caught:
        read("https://index.example/", Options())
    assert "secret" not in f"{caught.value.message}{caught.value.hint}"


def test_a_client_certificate_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "me.pem").write_text("nothing")
    for path in (tmp_path / "me.pem", tmp_path / "missing.pem"):
        with pytest.raises(UsageError, match=f"cannot read the client certificate {path}"):
            read("https://index.example/", Options(client_cert=path))


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that nobody trusts, for the loopback, with its key."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("pem")
    key, cert = folder / "key.pem", folder / "cert.pem"
    line = "openssl req -x509 -nodes -days 2 -newkey rsa:2048 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    subprocess.run([*line.split(), "-keyout", key, "-out", cert], check=True, capture_output=True)
    (folder / "both.pem").write_text(key.read_text() + cert.read_text())
    return folder / "both.pem"


@pytest.fixture
def encrypted(pem: Path) -> Iterator[str]:
    """A server that tells who has come."""

    class Server(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert isinstance(self.connection, ssl.SSLSocket)
            body = b"somebody" if self.connection.getpeercert(binary_form=True) else b"nobody"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=pem)
    context.load_cert_chain(pem)
    context.verify_mode = ssl.CERT_OPTIONAL
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign] # a client that hangs up is the point
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"https://localhost:{server.server_port}/"
        server.shutdown()


def test_a_certificate_that_nobody_trusts_is_refused(encrypted: str) -> None:
    with pytest.raises(Unreachable, match="no encrypted connection"):
        read(encrypted, Options())


def test_a_trusted_host_s_certificate_is_not_checked(encrypted: str) -> None:
    host = encrypted.removeprefix("https://").rstrip("/")
    assert read(encrypted, Options(trusted_hosts=frozenset({host}))) == b"nobody"
    assert read(encrypted, Options(trusted_hosts=frozenset({"localhost"}))) == b"nobody"


def test_another_host_s_trust_does_not_count(encrypted: str) -> None:
    with pytest.raises(Unreachable, match="no encrypted connection"):
        read(encrypted, Options(trusted_hosts=frozenset({"index.example", "localhost:1"})))


def test_a_client_certificate_is_shown(encrypted: str, pem: Path) -> None:
    assert read(encrypted, Options(cert=pem, client_cert=pem)) == b"somebody"


async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hand on what comes, to the end."""
    with contextlib.suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
    writer.transport.abort()


async def inject(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A proxy that relays faithfully, after more in plain text than is read of its own answer at once."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    host, _, port = head.split()[1].rpartition(":")
    forged = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n".ljust(1 << 16, b"x") + forged)
    far_reader, far_writer = await asyncio.open_connection(host, int(port))
    await asyncio.gather(relay(reader, far_writer), relay(far_reader, writer))


def test_a_proxy_cannot_put_words_into_an_encrypted_server_s_mouth(encrypted: str, pem: Path) -> None:
    async def main() -> bytes:
        gone = asyncio.Event()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await inject(reader, writer)
            gone.set()

        async with await asyncio.start_server(serve, "127.0.0.1", 0) as proxy:
            port = proxy.sockets[0].getsockname()[1]
            try:
                async with Web(Options(cert=pem, proxy=f"http://127.0.0.1:{port}", retries=0)) as web:
                    return (await web.get(encrypted)).body
            finally:
                await gone.wait()
                await asyncio.sleep(0)

    with pytest.raises(Unreachable, match=r"no connection|no encrypted connection"):
        asyncio.run(main())


class Careless(Patience):
    """Watches how far a request is, and fails at that."""

    @contextlib.asynccontextmanager
    async def head(self) -> AsyncIterator[Callable[[str, object], Awaitable[None]]]:
        async def progress(_event: str, _details: object) -> None:
            raise ValueError("a fault of ours")

        yield progress


def test_a_fault_of_ours_is_no_broken_connection() -> None:
    async def main(url: str) -> None:
        options = Options()
        transport = Transport(options, {Lane.QUESTIONS: ssl.create_default_context()})
        try:
            async with transport.exchange(Lane.QUESTIONS, Careless(5), url, {}):
                pass
        finally:
            await transport.close()

    with serving({"/": b"page"}) as server, pytest.raises(ValueError, match="a fault of ours"):
        asyncio.run(main(f"{server.url}/"))
