"""The wire: one HTTP client, one try per request, every fault of it told as `Broken`."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
from typing import TYPE_CHECKING
from urllib.request import getproxies, proxy_bypass

import httpx

from wheelforge.errors import UsageError
from wheelforge.simple.address import redact
from wheelforge.simple.certificates import checking, trusting_anybody
from wheelforge.simple.exchange import Broken, Silent
from wheelforge.simple.patience import Pace
from wheelforge.simple.unpack import PACKING, unpacked

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from wheelforge.simple.exchange import Options
    from wheelforge.simple.patience import Patience

_REDIRECTS = 5
_CONNECTIONS = 16
"""Over HTTP/1.1 each connection looks the host up again, and resolvers lose some of many lookups at once."""
_LIMITS = httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)


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
    """One client for all servers: HTTP/2 where they speak it, proxies and certificates from the environment.

    Making one loads all certificates, which takes a tenth of a second.

    Raises:
        UsageError: the certificates cannot be read.
    """

    def __init__(self, options: Options) -> None:
        self._connecting = min(options.connect_timeout, options.timeout)
        self._options = options
        with _usable_proxy():
            self._client = httpx.AsyncClient(
                http2=True,
                verify=checking(options),
                proxy=options.proxy,
                mounts={f"https://{host}": _unchecked(host, options) for host in options.trusted_hosts},
                timeout=httpx.Timeout(options.timeout, connect=self._connecting, pool=None),
                limits=_LIMITS,
                follow_redirects=True,
                max_redirects=_REDIRECTS,
                headers={"user-agent": "wheelforge", "accept-encoding": PACKING},
                event_hooks={"response": [_never_into_the_open]},
            )

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    @contextlib.asynccontextmanager
    async def exchange(self, patience: Patience, url: str, headers: Mapping[str, str]) -> AsyncIterator[Exchange]:
        """GET a URL, whose credentials are sent as basic authentication, to the server it names only.

        Raises:
            Broken: in the block too, while the body is read.
        """
        with self._told():
            async with patience.head() as progress:
                asked = self._client.build_request("GET", url, headers=dict(headers), extensions={"trace": progress})
                response = await self._client.send(asked, stream=True)
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
            raise Broken(f"the proxy refuses ({error})", again=False, hint="check --proxy and HTTPS_PROXY") from error
        except httpx.ConnectTimeout as error:
            raise Silent(f"no connection within {self._connecting:g} s", again=True) from error
        except httpx.TimeoutException as error:
            raise Silent(f"silent for {self._options.timeout:g} s", again=True) from error
        except httpx.ConnectError as error:
            raise _unconnected(error) from error
        except httpx.TransportError as error:
            raise Broken(f"the connection broke ({_detail(error)})", again=True) from error


async def _never_into_the_open(response: httpx.Response) -> None:
    """Refuse a redirect from an encrypted address to one that is not, before anything is asked there."""
    if response.url.scheme != "https" or not response.has_redirect_location:
        return
    if response.url.join(response.headers["location"]).scheme != "https":
        raise Broken("it redirects to an address without encryption", again=False)


def _unchecked(host: str, options: Options) -> httpx.AsyncHTTPTransport:
    """How a trusted host is reached: through the proxy that HTTPS_PROXY and NO_PROXY name for it, as all others."""
    proxy = options.proxy or (None if proxy_bypass(host) else getproxies().get("https"))
    return httpx.AsyncHTTPTransport(http2=True, verify=trusting_anybody(options), proxy=proxy, limits=_LIMITS)


@contextlib.contextmanager
def _usable_proxy() -> Iterator[None]:
    try:
        yield
    except (ImportError, ValueError) as error:
        # The text of these quotes the address, and perhaps a password.
        raise UsageError(
            "the proxy cannot be used: its address is not one of an http proxy", hint="check HTTPS_PROXY and --proxy"
        ) from error


def _unconnected(error: httpx.ConnectError) -> Broken:
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            why = getattr(cause, "verify_message", "") or cause.reason or cause
            return Silent(
                f"no encrypted connection ({why})",
                again=False,
                hint="name the certificate authority of the index or proxy with --cert FILE",
            )
        if isinstance(cause, socket.gaierror):
            return Silent(f"its name cannot be resolved ({cause.strerror})", again=True)
    return Silent(f"no connection ({_detail(error)})", again=True)


def _detail(error: BaseException) -> str:
    """The system's own word, which stands deep in the chain of causes."""
    # asyncio's own text names an address that says nothing to a user, and only one of those that were tried.
    words = [os.strerror(cause.errno).lower() for cause in _causes(error) if isinstance(cause, OSError) and cause.errno]
    return words[-1] if words else str(error) or type(error).__name__


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        grouped = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else None
        error = grouped or error.__cause__ or error.__context__
