"""The loopback over TLS, in HTTP/2 to whoever offers it and in HTTP/1.1 to all others, as real servers are."""

from __future__ import annotations

import contextlib
import select
import ssl
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import RequestReceived, StreamReset
from h2.settings import SettingCodes, Settings
from hyperframe.frame import GoAwayFrame

import loopback
from loopback import Request

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from loopback import Loopback, Reply, Route

_H2 = "h2"
_SELF_SIGNED = (
    "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
    "-subj", "/CN=loopback", "-addext", "subjectAltName=IP:127.0.0.1",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How a server treats the connections it is given (RFC 9113)."""

    most: int = 100
    """Streams that may be open at once (SETTINGS_MAX_CONCURRENT_STREAMS)."""
    together: int = 1
    """No answer on a connection begins before so many streams of it were open at once."""
    farewell: int | None = None
    """After so many streams of a connection comes GOAWAY; they are answered, and it is closed."""


@dataclass(slots=True)
class Visit:
    """One connection, as the server saw it; of one in HTTP/1.1 only that it was."""

    protocol: str | None
    """What was agreed on (ALPN)."""
    paths: list[str] = field(default_factory=list)
    """What was asked for on it, in order; what came after the farewell is not answered, and not here."""
    at_once: int = 0
    """The most streams that were open at the same time."""
    given_up: int = 0
    """Streams that the client reset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Http2:
    """A running server."""

    server: Loopback
    """Its routes and what it saw, in either language."""
    visits: list[Visit]
    """All connections, in order."""
    cert: Path
    """The certificate to trust."""

    @property
    def url(self) -> str:
        """Without a slash at the end."""
        return self.server.url

    def talks(self) -> list[Visit]:
        """The connections in HTTP/2, in order."""
        return [visit for visit in self.visits if visit.protocol == _H2]


@contextlib.contextmanager
def serving(routes: Mapping[str, Route], pem: Path, manners: Manners | None = None) -> Iterator[Http2]:
    """Serve until the end of the ``with`` block, with a certificate and its key.

    Of a reply that is ``cut`` the stream alone is reset (RST_STREAM); one whose headers give a longer Content-Length
    than its body has ends too early (END_STREAM). All pieces are taken before the first is sent.
    """
    visits: list[Visit] = []

    def speak(connection: socket.socket, known: Loopback) -> bool:
        assert isinstance(connection, ssl.SSLSocket)
        connection.do_handshake()
        visit = Visit(protocol=connection.selected_alpn_protocol())
        visits.append(visit)
        if visit.protocol == _H2:
            _Talk(connection, known, manners or Manners(), visit).hold()
        return visit.protocol == _H2

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    context.set_alpn_protocols([_H2, "http/1.1"])
    with loopback.serving(routes, context=context, speak=speak) as server:
        yield Http2(server=server, visits=visits, cert=pem)


def self_signed(folder: Path) -> Path:
    """Make a certificate of the loopback, with its key in the same file; skip the test where that cannot be done."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    try:
        subprocess.run([*_SELF_SIGNED, "-keyout", key, "-out", cert], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("needs the openssl command to make a certificate")
    cert.write_bytes(key.read_bytes() + cert.read_bytes())
    return cert


@dataclass(slots=True, kw_only=True)
class _Answer:
    """What is still to be sent on one stream."""

    reply: Reply
    body: bytes
    sent: int | None = None
    """Bytes of the body; ``None`` as long as the head is not sent."""


class _Talk:
    """The server's side of one connection: says what the client's windows have room for, and hears it in between.

    Raises:
        OSError: the client has hung up.
    """

    def __init__(self, connection: ssl.SSLSocket, known: Loopback, manners: Manners, visit: Visit) -> None:
        self._connection = connection
        self._known = known
        self._manners = manners
        self._visit = visit
        # Some tests send what a server must not.
        self._h2 = H2Connection(H2Configuration(client_side=False, validate_outbound_headers=False))
        self._answers: dict[int, _Answer] = {}
        self._is_leaving = False

    def hold(self) -> None:
        """Talk until one side has had enough."""
        limit = {SettingCodes.MAX_CONCURRENT_STREAMS: self._manners.most}
        self._h2.local_settings = Settings(client=False, initial_values=limit)
        self._h2.initiate_connection()
        self._flush()
        while not self._is_leaving or self._answers:
            is_moving = self._visit.at_once >= self._manners.together and self._say()
            if not is_moving or self._is_spoken_to():
                self._listen()
            self._flush()

    def _is_spoken_to(self) -> bool:
        return bool(self._connection.pending() or select.select([self._connection], [], [], 0)[0])

    def _listen(self) -> None:
        data = self._connection.recv(1 << 16)
        if not data:
            raise ConnectionResetError
        for event in self._h2.receive_data(data):
            match event:
                case RequestReceived() if not self._is_leaving:
                    self._answer(event)
                case StreamReset():
                    self._visit.given_up += 1
                    self._answers.pop(event.stream_id, None)

    def _answer(self, event: RequestReceived) -> None:
        headers = {name.decode(): value.decode() for name, value in event.headers}
        path = headers[":path"]
        reply = self._known.answer(Request(path=path, headers=headers))
        body = reply.body + b"".join(reply.pieces or ())
        self._answers[event.stream_id] = _Answer(reply=reply, body=body[: reply.cut])
        self._visit.paths.append(path)
        self._visit.at_once = max(self._visit.at_once, len(self._answers))
        if len(self._visit.paths) == self._manners.farewell:
            # Of its own accord h2 would say nothing at all from here on, which is not what RFC 9113 (6.8) has in mind.
            self._flush(GoAwayFrame(last_stream_id=event.stream_id).serialize())
            self._is_leaving = True

    def _say(self) -> bool:
        """A frame of each answer in turn; whether there was room for any."""
        return sum(self._go_on(stream) for stream in list(self._answers)) > 0

    def _go_on(self, stream: int) -> bool:
        answer = self._answers[stream]
        if answer.sent is None:
            self._h2.send_headers(stream, _head(answer.reply))
            answer.sent = 0
        elif answer.sent < len(answer.body):
            room = min(self._h2.local_flow_control_window(stream), self._h2.max_outbound_frame_size)
            if not room:
                return False
            frame = answer.body[answer.sent : answer.sent + room]
            self._h2.send_data(stream, frame)
            answer.sent += len(frame)
        else:
            del self._answers[stream]
            if answer.reply.cut is None:
                self._h2.end_stream(stream)
            else:
                self._h2.reset_stream(stream, ErrorCodes.INTERNAL_ERROR)
        return True

    def _flush(self, more: bytes = b"") -> None:
        self._connection.sendall(self._h2.data_to_send() + more)


def _head(reply: Reply) -> list[tuple[str, str]]:
    length = {"content-length": str(len(reply.body))} if reply.pieces is None else {}
    given = {name.lower(): value for name, value in reply.headers.items()}
    return list(({":status": str(reply.status)} | length | given).items())
