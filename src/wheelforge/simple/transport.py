"""The wire: one HTTP client, one try per request, every fault of it told as `Broken`."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import ssl
import traceback
from typing import TYPE_CHECKING

import httpcore
import httpx
from h2.errors import ErrorCodes
from h2.exceptions import H2Error, ProtocolError

from wheelforge.simple.address import host, origin, redact
from wheelforge.simple.exchange import Broken, Severed, Silent
from wheelforge.simple.patience import Pace
from wheelforge.simple.pools import Pools
from wheelforge.simple.unpack import PACKING, unpacked

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from wheelforge.simple.exchange import Lane, Options
    from wheelforge.simple.patience import Patience

_REDIRECTS = 5
_CHECK_PROXY = "check --proxy and HTTPS_PROXY"
_FAULTS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProxyError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
)
_UNTOLD = (H2Error, httpcore.ConnectionNotAvailable)
"""What httpcore lets through of a server that breaks the rules of HTTP/2, or takes leave while others still talk."""
_SPEAKERS = frozenset({"httpcore", "h2", "hpack", "hyperframe"})
"""Where a `ValueError` arises when an answer holds no number in the place of one; any other is a fault of ours."""
_NO_NAME = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})
"""That there is no such name is a last word, unlike a name server that cannot be reached just now."""
_TOLD = 200
"""Characters: some of the text may be the server's."""
_NUMBER = re.compile(r"\[Errno (\d+)\]")


class Exchange:
    """An answer whose head is here and whose body is still to come."""

    def __init__(self, response: httpx.Response, pace: Pace) -> None:
        self.status = response.status_code
        self.phrase = f"{response.status_code} {response.reason_phrase}".rstrip()
        self.url = redact(str(response.url))
        self.headers: Mapping[str, str] = response.headers
        self._response = response
        self._pace = pace

    async def decoded(self) -> AsyncIterator[bytes]:
        """The body, unpacked where it came compressed."""
        async for piece in unpacked(self.raw(), self.headers.get("content-encoding", "")):
            yield piece

    async def raw(self) -> AsyncIterator[bytes]:
        """The body as it was sent: a file keeps its own compression."""
        async for chunk in self._response.aiter_raw():
            self._pace.took(len(chunk))
            yield chunk


class Transport:
    """Two clients for all servers, one a lane; proxies and certificates are those of the options or the environment."""

    def __init__(self, options: Options, contexts: Mapping[Lane, ssl.SSLContext]) -> None:
        self._connecting = min(options.connect_timeout, options.timeout)
        self._options = options
        self._clients = {lane: self._client(Pools(lane, options, context)) for lane, context in contexts.items()}

    def _client(self, pools: Pools) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=_Pooled(pools),
            timeout=httpx.Timeout(self._options.timeout, connect=self._connecting, pool=None),
            follow_redirects=True,
            max_redirects=_REDIRECTS,
            headers={"user-agent": "wheelforge", "accept-encoding": PACKING},
            event_hooks={"response": [_never_into_the_open]},
        )

    async def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            await client.aclose()

    @contextlib.asynccontextmanager
    async def exchange(
        self, lane: Lane, patience: Patience, url: str, headers: Mapping[str, str]
    ) -> AsyncIterator[Exchange]:
        """GET a URL, whose credentials are sent as basic authentication, to the server it names only.

        Raises:
            Broken: in the block too, while the body is read.
        """
        with self._told():
            async with patience.head() as progress:
                client = self._clients[lane]
                asked = client.build_request("GET", url, headers=dict(headers), extensions={"trace": progress})
                response = await client.send(asked, stream=True)
            async with contextlib.aclosing(response):
                yield Exchange(response, Pace(self._options.timeout))

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except httpx.TooManyRedirects as error:
            raise Broken(f"it redirects more than {_REDIRECTS} times", again=False) from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            # The text of these may quote a piece of the address, and so of a password.
            raise Broken("the address is no URL of a web server", again=False) from error
        except httpx.ProxyError as error:
            raise Broken(f"the proxy refuses ({error})", again=False, hint=_CHECK_PROXY) from error
        except httpx.ConnectTimeout as error:
            raise Silent(f"no connection within {self._connecting:g} s", again=True) from error
        except httpx.TimeoutException as error:
            raise Silent(f"silent for {self._options.timeout:g} s", again=True) from error
        except httpx.ConnectError as error:
            raise _unconnected(error) from error
        except httpx.TransportError as error:
            raise Severed(f"the connection broke ({_detail(error)})", again=True) from error


class _Pooled(httpx.AsyncBaseTransport):
    """Sends what httpx has made ready through pools of ours."""

    def __init__(self, pools: Pools) -> None:
        self._pools = pools

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx's documentation of custom transports."""
        url = request.url
        server = origin(str(url.copy_with(userinfo=b"")))
        if server is None or server.scheme not in {"http", "https"}:
            raise httpx.UnsupportedProtocol("no web server", request=request)
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        asked = httpcore.Request(
            request.method, target, headers=request.headers.raw, content=request.stream, extensions=request.extensions
        )
        try:
            with _as_httpx():
                answer = await self._pools.of(server).handle_async_request(asked)
        except httpx.ConnectError as error:
            if proxy := self._pools.proxy_of(server):
                error.add_note(f"the proxy {host(proxy)}")
            raise
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer), extensions=dict(answer.extensions)
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._pools.close()


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_httpx():
            async for chunk in self._answer.aiter_stream():
                yield chunk

    async def aclose(self) -> None:
        _give_up(self._answer)
        await self._answer.aclose()


@contextlib.contextmanager
def _as_httpx() -> Iterator[None]:
    """Raise what httpcore does as httpx's own of the same name."""
    try:
        yield
    except _FAULTS as error:
        raise getattr(httpx, type(error).__name__)(_said(error)) from error
    except _UNTOLD as error:
        raise httpx.RemoteProtocolError(_said(error)) from error
    except ValueError as error:
        *_, (frame, _) = traceback.walk_tb(error.__traceback__)
        if str(frame.f_globals["__name__"]).partition(".")[0] not in _SPEAKERS:
            raise
        raise httpx.RemoteProtocolError(_said(error)) from error


def _said(error: Exception) -> str:
    """What httpcore tells of an HTTP/2 stream that was ended is the frame that ended it (RFC 9113, 6.4 and 6.8)."""
    code = getattr(error.args[0], "error_code", None) if error.args else None
    return str(error) if code is None else f"the server ended it with {getattr(code, 'name', code)}"


def _give_up(answer: httpcore.Response) -> None:
    """Tell an HTTP/2 server that nobody reads the rest of its answer.

    httpcore does not: what goes on coming would use up the window that all answers of the connection share, and they
    would stand still.
    """
    stream = getattr(answer.stream, "_stream", None)
    state = getattr(getattr(stream, "_connection", None), "_h2_state", None)
    if state is not None:
        # Of one that has ended there is nothing to be said.
        with contextlib.suppress(ProtocolError):
            state.reset_stream(answer.extensions["stream_id"], ErrorCodes.CANCEL)


async def _never_into_the_open(response: httpx.Response) -> None:
    """Refuse a redirect from an encrypted address to one that is not, before anything is asked there."""
    if response.url.scheme != "https" or not response.has_redirect_location:
        return
    if response.url.join(response.headers["location"]).scheme != "https":
        raise Broken("it redirects to an address without encryption", again=False)


def _unconnected(error: httpx.ConnectError) -> Broken:
    causes = list(_causes(error))
    proxy = next(iter(getattr(error, "__notes__", ())), "")
    whose, advice = (f"{proxy}: its", _CHECK_PROXY) if proxy else ("its", None)
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            why = getattr(cause, "verify_message", "") or cause.reason or cause
            return Silent(
                f"no encrypted connection ({why})",
                again=False,
                hint="name the certificate authority of the index or proxy with --cert FILE",
            )
        if isinstance(cause, socket.gaierror):
            return Silent(f"{whose} name cannot be resolved ({cause.strerror})", again=cause.errno not in _NO_NAME)
    return Silent(f"no connection{proxy and f' to {proxy}'} ({_detail(error)})", again=True, hint=advice)


def _detail(error: BaseException) -> str:
    """The system's own word, which stands deep in the chain of causes."""
    # asyncio's own text names addresses that say nothing to a user; of several that failed it has the text only.
    numbers = [cause.errno for cause in _causes(error) if isinstance(cause, OSError) and cause.errno]
    numbers += map(int, _NUMBER.findall(str(error)))
    return os.strerror(numbers[-1]).lower() if numbers else (str(error) or type(error).__name__)[:_TOLD]


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        grouped = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else None
        error = grouped or error.__cause__ or error.__context__
