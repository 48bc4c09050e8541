"""The wire: one HTTP client, one try per request, every fault of it told as `Broken`."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

import certifi
import httpx

from wheelforge.errors import UsageError
from wheelforge.simple.address import redact
from wheelforge.simple.exchange import Broken, Silent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from wheelforge.simple.exchange import Options
    from wheelforge.simple.patience import Patience

_REDIRECTS = 5
_CONNECTIONS = 16
"""Over HTTP/1.1 each connection looks the host up again, and resolvers lose some of many lookups at once."""


class Exchange:
    """An answer whose head is here and whose body is still to come."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.phrase = f"{response.status_code} {response.reason_phrase}".rstrip()
        self.url = redact(str(response.url))
        self.headers: Mapping[str, str] = response.headers
        self._response = response

    async def decoded(self) -> AsyncIterator[bytes]:
        """The body, unpacked where it came compressed."""
        async for chunk in self._response.aiter_bytes():
            yield chunk

    async def raw(self) -> AsyncIterator[bytes]:
        """The body as it was sent: a file keeps its own compression."""
        async for chunk in self._response.aiter_raw():
            yield chunk


class Transport:
    """One client for all servers: HTTP/2 where they speak it, proxies and certificates from the environment.

    Making one loads all certificates, which takes a tenth of a second.

    Raises:
        UsageError: the certificates cannot be read.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._client = httpx.AsyncClient(
            http2=True,
            verify=_trusting_system() if options.cert is None else _trusting(options.cert),
            timeout=httpx.Timeout(options.timeout, connect=options.connect_timeout, pool=None),
            limits=httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS),
            follow_redirects=True,
            max_redirects=_REDIRECTS,
            headers={"user-agent": "wheelforge"},
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
                if response.request.url.scheme != "https" and url.lower().startswith("https:"):
                    raise Broken("it redirects to an address without encryption", again=False)
                yield Exchange(response)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except httpx.TooManyRedirects as error:
            raise Broken(f"it redirects more than {_REDIRECTS} times", again=False) from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            # The text of these may quote a piece of the address, and so of a password.
            raise Broken("the address is no URL of a web server", again=False) from error
        except httpx.DecodingError as error:
            raise Broken(f"its answer cannot be unpacked ({error})", again=False) from error
        except httpx.ProxyError as error:
            raise Broken(f"the proxy refuses ({error})", again=False, hint="check HTTPS_PROXY") from error
        except httpx.ConnectTimeout as error:
            raise Silent(f"no connection within {self._options.connect_timeout:g} s", again=True) from error
        except httpx.TimeoutException as error:
            raise Silent(f"silent for {self._options.timeout:g} s", again=True) from error
        except httpx.ConnectError as error:
            raise _unconnected(error) from error
        except httpx.TransportError as error:
            raise Broken(f"the connection broke ({_detail(error)})", again=True) from error


def _trusting_system() -> ssl.SSLContext:
    """Trust whom the machine trusts, as pip does; where it names nobody, those that certifi carries.

    ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` name the machine's certificates elsewhere.
    """
    context = ssl.create_default_context()
    known = ssl.get_default_verify_paths()
    if known.cafile is None and not (known.capath and any(Path(known.capath).iterdir())):
        context.load_verify_locations(cafile=certifi.where())
    return context


def _trusting(cert: Path) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=cert)
    except OSError as error:  # an SSLError is one, too
        raise UsageError(
            f"cannot read certificates from {cert}: {error.strerror or error}",
            hint="name a PEM file of certificate authorities",
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
