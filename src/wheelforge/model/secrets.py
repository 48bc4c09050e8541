"""Values of variables that stand in addresses: secrets, which are told by the names of their variables."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from wheelforge.errors import WheelforgeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LOGIN = re.compile(r"(?<=//)[^/\s]*@")
VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")
"""As pip has it."""
_PARTS = re.compile(r"[/?&=#]")
_PORT = re.compile(r":\d+$")
_LONG = 8
"""Characters: what is shorter may well be a word that means something else, unless it is a whole part of a URL."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What must not be told, each with what stands for it: its variable as it was written, ``${TOKEN}``."""

    told: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, written: str, environ: Mapping[str, str]) -> Secrets:
        """Those of a URL, which ``environ`` fills; a path has none.

        What stands before ``@`` is none of them: credentials are left out of all that is told anyhow, and a user's
        name may be a word like any other.
        """
        address = _LOGIN.sub("", written)
        texts = [*_PARTS.split(address), *(found[0] for found in VARIABLE.finditer(address))]
        pairs = ((_filled(text, environ), text) for text in texts)
        told = {part: text for value, text in pairs if value != text for part in _parts(value)}
        return cls(told if "://" in _filled(address, environ) else {})

    def __or__(self, other: Secrets) -> Secrets:
        """These and others."""
        return Secrets({**self.told, **other.told})

    def masked(self, text: str) -> str:
        """A text in which none of them stands, however it may be percent-encoded there."""
        if not self.told:
            return text
        forms = {form.lower(): shown for value, shown in self.told.items() for form in _forms(value)}
        longest = sorted(forms, key=len, reverse=True)
        pattern = "|".join(f"({_pattern(one)})" for one in longest)
        return re.sub(pattern, lambda found: forms[longest[(found.lastindex or 1) - 1]], text, flags=re.IGNORECASE)

    def are_in(self, text: str) -> bool:
        """Whether one of them stands there."""
        return self.masked(text) != text

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Keep them out of the errors that end the block."""
        try:
            yield
        except WheelforgeError as error:
            error.message = self.masked(error.message)
            error.hint = error.hint and self.masked(error.hint)
            error.args = (error.message,)
            raise


NONE = Secrets()


def _filled(text: str, environ: Mapping[str, str]) -> str:
    return VARIABLE.sub(lambda name: environ.get(name[1]) or name[0], text)


def _parts(value: str) -> set[str]:
    """What is a secret of a value: of a whole URL its server, and with it all that stands there but below the URL."""
    scheme, mark, rest = value.partition("://")
    server = _PARTS.split(rest)[0].rpartition("@")[2] if mark else value
    path = re.split(r"[?#]", rest)[0].partition("/")[2].strip("/")
    whole = {f"{scheme}://{server}", f"{scheme}://{server}/{path}" if path else f"{scheme}://{server}"}
    return {server, _PORT.sub("", server) or server} | (whole if mark else set())


def _forms(value: str) -> set[str]:
    """How it may be encoded."""
    return {value, unquote(value)} if "://" in value else {value, quote(value), quote(value, safe=""), unquote(value)}


def _pattern(form: str) -> str:
    if "/" in form.partition("://")[2]:
        return rf"{re.escape(form)}(?![\w.~%-])"
    if "://" in form:
        return rf"{re.escape(form)}(?:[^\s'\",;]*[^\s'\",;:])?"
    if len(form) >= _LONG:
        return re.escape(form)
    # A part of a URL, between what parts it.
    return rf"(?<=[/=@]){re.escape(form)}(?![^/?&=#:,;\s'\"])"
