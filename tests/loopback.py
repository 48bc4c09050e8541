"""A web server on the loopback whose routes behave, or misbehave, as a test says."""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import json
import re
import socket
import ssl
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "application/vnd.pypi.simple.v1+html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the server was asked."""

    path: str
    headers: Mapping[str, str]
    """Names in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the server answers; ``headers`` are sent as they stand, a length is added where none is given."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    """The connection breaks after this many bytes of the body."""
    pieces: Iterable[bytes] | None = None
    """Sent one by one after ``body``, and no length is added; the connection ends with the last."""


Handler: TypeAlias = "Callable[[Request], Reply]"
Route: TypeAlias = "bytes | Reply | Handler"
Speaker: TypeAlias = "Callable[[socket.socket, Loopback], bool]"
"""Serves a connection in a language of its own, or gives ``False`` before it has read any of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loopback:
    """A running server."""

    url: str
    """Without a slash at the end."""
    routes: dict[str, Route]
    """By path; may change while the server runs. Bytes are a file without ranges."""
    seen: list[Request] = field(default_factory=list)
    """Every request, in order."""

    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [request.path for request in self.seen]

    def answer(self, request: Request) -> Reply:
        """Follow the route; there is none for what was not told."""
        self.seen.append(request)
        match self.routes.get(request.path, Reply(status=404)):
            case bytes() as body:
                return Reply(body=body)
            case Reply() as reply:
                return reply
            case handler:
                return handler(request)


@contextlib.contextmanager
def serving(
    routes: Mapping[str, Route], *, context: ssl.SSLContext | None = None, speak: Speaker | None = None
) -> Iterator[Loopback]:
    """Serve until the end of the ``with`` block; over TLS with a ``context`` that holds a certificate."""

    class Server(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = loopback.answer(Request(path=self.path, headers=headers))
            self.send_response(reply.status)
            length = {"Content-Length": str(len(reply.body))} if reply.pieces is None else {"Connection": "close"}
            for name, value in {**length, **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            # Who has heard enough of what is bad hangs up.
            with contextlib.suppress(ConnectionError):
                self.wfile.write(reply.body[: reply.cut])
                for piece in reply.pieces or ():
                    self.wfile.write(piece)
            self.close_connection = self.close_connection or reply.cut is not None or reply.pieces is not None

        def handle(self) -> None:
            with contextlib.suppress(ssl.SSLError, ConnectionError):
                if speak is None or not speak(self.connection, loopback):
                    super().handle()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        if context is not None:
            # The handshake is the thread's that serves the client: one that refuses it must not stop the server.
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        scheme = "http" if context is None else "https"
        loopback = Loopback(url=f"{scheme}://127.0.0.1:{server.server_port}", routes=dict(routes))
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield loopback
        finally:
            server.shutdown()


@contextlib.contextmanager
def listening() -> Iterator[tuple[socket.socket, str]]:
    """A server to whom anybody can connect, and which says nothing of its own accord."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server, f"http://127.0.0.1:{server.getsockname()[1]}"


def ranged(body: bytes, headers: Mapping[str, str] | None = None) -> Handler:
    """A file whose parts can be asked for (RFC 9110, 14)."""

    def handle(request: Request) -> Reply:
        found = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("range", ""))
        if found is None:
            return Reply(body=body, headers=headers or {})
        first, last = found.groups()
        start = int(first) if first else max(len(body) - int(last), 0)
        stop = min(int(last) + 1, len(body)) if first and last else len(body)
        place = {"Content-Range": f"bytes {start}-{stop - 1}/{len(body)}"}
        return Reply(status=206, body=body[start:stop], headers={**(headers or {}), **place})

    return handle


def in_turn(*routes: Reply | Handler) -> Handler:
    """A route that answers otherwise each time; the last answer stays."""
    left = list(routes)

    def handle(request: Request) -> Reply:
        route = left.pop(0) if len(left) > 1 else left[0]
        return route if isinstance(route, Reply) else route(request)

    return handle


def json_page(*files: Mapping[str, Any], version: str = "1.1") -> Reply:
    """A project's page (PEP 691)."""
    page = {"meta": {"api-version": version}, "name": "any", "files": files}
    return Reply(body=json.dumps(page).encode(), headers={"Content-Type": JSON})


def file_entry(filename: str, body: bytes, url: str | None = None, **fields: object) -> dict[str, Any]:
    """What a page says of a file: by default that it stands under ``/files/``; underscores in keys become dashes."""
    entry = {
        "filename": filename,
        "url": url or f"/files/{filename}",
        "hashes": {"sha256": hashlib.sha256(body).hexdigest()},
        "size": len(body),
    }
    return entry | {name.replace("_", "-"): value for name, value in fields.items()}
