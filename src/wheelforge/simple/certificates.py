"""Whom we trust to be whom they say, and by what we are known ourselves."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from wheelforge.errors import UsageError

if TYPE_CHECKING:
    from wheelforge.simple.exchange import Options


def checking(options: Options) -> ssl.SSLContext:
    """For all hosts but those that were named as trusted.

    Raises:
        UsageError: certificates cannot be read.
    """
    context = _trusting_system() if options.cert is None else _trusting(options.cert)
    return _known_by(options.client_cert, context)


def trusting_anybody(options: Options) -> ssl.SSLContext:
    """For hosts that the user has named as trusted: encrypted, though nobody knows with whom.

    Raises:
        UsageError: the client certificate cannot be read.
    """
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return _known_by(options.client_cert, context)


def _trusting_system() -> ssl.SSLContext:
    """Trust whom the machine trusts, as pip does; where it names nobody, those that certifi carries.

    ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` name the machine's certificates elsewhere.
    """
    context = ssl.create_default_context()
    known = ssl.get_default_verify_paths()
    if known.cafile is None and not (known.capath and any(Path(known.capath).iterdir())):
        import certifi  # noqa: PLC0415 - few machines need it

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


def _known_by(cert: Path | None, context: ssl.SSLContext) -> ssl.SSLContext:
    """Show a client certificate to servers that ask for one."""
    if cert is not None:
        try:
            # A key with a password would be asked for at the terminal.
            context.load_cert_chain(cert, password=lambda: b"none")
        except OSError as error:  # an SSLError is one, too
            raise UsageError(
                f"cannot read the client certificate {cert}: {error.strerror or error}",
                hint="name a PEM file with the certificate and its key, which has no password",
            ) from error
    return context
