"""The address of a repository, as requirements write it, taken apart; what could be an option of git is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from wheelforge.errors import UsageError
from wheelforge.model.urls import FULL_COMMIT, split_revision

if TYPE_CHECKING:
    from wheelforge.model.inputs import Reference

PREFIX = "git+"
SCHEMES = frozenset({"https", "http", "ssh", "file"})
# git-check-ref-format, and short or full commits.
_REF = re.compile(r"(?!-)(?!.*(\.\.|@\{|//))[^\x00-\x20\x7f~^:?*\[\\]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryAddress:
    """Where a repository is, and what of it is wanted."""

    url: str
    """For git, without a password."""
    login: tuple[str, str] | None
    """The address of its server with credentials, and the same without."""
    public: str
    """The URL as it may be recorded (see `Reference.public`), unless it is a path of this machine."""
    ref: str | None
    """A branch, a tag, a full name beginning with ``refs/``, or a commit; ``None`` for the default branch."""
    asked: str | None
    """The same as it may be recorded."""

    @property
    def is_fixed(self) -> bool:
        """Whether it names a commit in full, which nobody can alter."""
        return self.ref is not None and FULL_COMMIT.fullmatch(self.ref.lower()) is not None


def repository_address(reference: Reference) -> RepositoryAddress:
    """Take apart ``git+https://...@ref``, or with http, ssh or file.

    Raises:
        UsageError: it is none, or something in it would be an option to git.
    """
    location = reference.location.removeprefix(PREFIX)
    try:
        parts = urlsplit(location)
        host, user, password = parts.hostname or "", parts.username or "", parts.password
        _ = parts.port
    except ValueError as error:
        raise _bad(reference, "is no URL") from error
    if parts.scheme not in SCHEMES:
        raise _bad(reference, f"has a scheme other than {', '.join(f'git+{one}' for one in sorted(SCHEMES))}")
    path, ref = split_revision(parts.path)
    if ref is not None and _REF.fullmatch(ref) is None:
        raise _bad(reference, f"asks for {ref!r}, which can be no branch, tag or commit")
    if any(unquote(part).startswith("-") for part in (host, user, path.lstrip("/"))):
        raise _bad(reference, "has a part that begins with '-'")
    here = host in {"", "localhost"} if parts.scheme == "file" else bool(host)
    if not here or not path.strip("/"):
        raise _bad(reference, "does not say where the repository is")
    bare = parts._replace(path=path, query="", fragment="", netloc=parts.netloc.rpartition("@")[2])
    told, asked = (bare.geturl(), ref) if parts.scheme == "file" else _told(reference)
    if parts.scheme == "ssh":
        own = bare._replace(netloc=f"{user}@{bare.netloc}") if user else bare
        return RepositoryAddress(url=own.geturl(), login=None, public=told, ref=ref, asked=asked)
    login = _login(parts, bare) if user or password else None
    return RepositoryAddress(url=bare.geturl(), login=login, public=told, ref=ref, asked=asked)


def _told(reference: Reference) -> tuple[str, str | None]:
    """The URL and the ref as they may be recorded."""
    parts = urlsplit(reference.public.removeprefix(PREFIX))
    path, ref = split_revision(parts.path)
    return parts._replace(path=path).geturl(), ref


def _login(parts: SplitResult, bare: SplitResult) -> tuple[str, str]:
    return f"{parts.scheme}://{parts.netloc}/", f"{bare.scheme}://{bare.netloc}/"


def _bad(reference: Reference, fault: str) -> UsageError:
    return UsageError(
        f"{reference.origin}: {reference.told} {fault}",
        hint="git+https://HOST/PATH@REF names a repository and a branch, tag or commit of it",
    )
