"""Runs git: without hooks, prompts, filters, or options that a URL could smuggle in, and within limits."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import unquote

from wheelforge.errors import IndexAccessError
from wheelforge.model.told import printable
from wheelforge.process.command import CannotStart, Command
from wheelforge.process.outputs import LONGEST_OUTPUT, TimedOut, TooMuchSaid
from wheelforge.simple.exchange import NotAsked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from wheelforge.process.outputs import Captured
    from wheelforge.process.runner import Runner

_PASSED = (
    *("PATH", "HOME", "USER", "XDG_CONFIG_HOME", "TMPDIR", "SSH_AUTH_SOCK", "GIT_SSH", "GIT_SSH_COMMAND"),
    *("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH"),
    *("GIT_SSL_CERT", "GIT_SSL_KEY"),
)
_FIXED = MappingProxyType(
    {
        "LC_ALL": "C.UTF-8",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "SSH_ASKPASS_REQUIRE": "never",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GCM_INTERACTIVE": "never",
    }
)
_ALONE = MappingProxyType({"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_ATTR_NOSYSTEM": "1"})
_OPTIONS = (
    *("core.hooksPath=/dev/null", "core.fsmonitor=false", "init.templateDir=", "core.logAllRefUpdates=false"),
    *("protocol.allow=never", "protocol.https.allow=always", "protocol.http.allow=always"),
    *("protocol.ssh.allow=always", "protocol.file.allow=user", "protocol.ext.allow=never"),
    *("filter.lfs.smudge=", "filter.lfs.process=", "filter.lfs.required=false"),
    *("gc.auto=0", "maintenance.auto=false", "credential.interactive=false", "fetch.unpackLimit=1"),
    *("http.lowSpeedLimit=1000", "http.lowSpeedTime=60", "advice.detachedHead=false"),
)
_CLOSED = tuple(f"protocol.{name}.allow=never" for name in ("https", "http", "ssh"))
_FORBIDDEN = re.compile(r"transport '(https?|ssh)' not allowed")
_LONGEST = 300
"""Characters of a line of git's that are shown."""
_DENIED = re.compile(
    r"authentication failed|could not read (username|password)|permission denied|access denied|terminal prompts"
    r"|returned error: 40[137]|host key verification failed",
    re.IGNORECASE,
)
_ABSENT = re.compile(
    r"not found|does not exist|does not appear to be a git repository|returned error: 4(04|10)", re.IGNORECASE
)
_TOO_LARGE = re.compile(r"died of signal 25|file too large|^fetch-pack: invalid index-pack output$", re.IGNORECASE)
"""A file met its limit: SIGXFSZ, EFBIG, and what is left to say where the writer was killed."""
_USELESS = re.compile(r"^(warning|hint|remote: ?$|Please make sure|and the repository exists)", re.IGNORECASE)


_QUESTION = "ls-remote"
_READING = frozenset({"fetch", "submodule"})
"""What brings as much as a server likes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a git command may take, whatever its server wants. All times in seconds."""

    answer: float = 120.0
    """Until a server has said what it has."""
    reading: float = 3600.0
    """Until a server has sent all that was asked for; over HTTP, one that sends next to nothing is left earlier."""
    work: float = 1800.0
    """Until it is done with what is here."""
    output: int = LONGEST_OUTPUT
    """Bytes of what it writes to us."""
    file: int = 4 * 2**30
    """Bytes of one file that it writes to disk, as is all that a server sends at once. Linux alone holds it to that."""

    def seconds(self, command: str) -> float:
        """How long a git command may take."""
        if command == _QUESTION:
            return self.answer
        return self.reading if command in _READING else self.work


class Heed(enum.Enum):
    """Whose configuration a git command heeds beside ours and that of the repository."""

    NOBODY = "nobody"
    """Where all depends on what is there already."""
    USER = "user"
    """It knows proxies, helpers that keep credentials, folders that are trusted, and files that are never tracked."""


class Network(enum.Enum):
    """Whether servers may be asked."""

    OPEN = "open"
    CLOSED = "closed"


class GitFailed(IndexAccessError):
    """A git command failed; ``said`` is what it wrote, fit to be shown."""

    def __init__(self, message: str, *, said: str, hint: str | None) -> None:
        super().__init__(message, hint=hint)
        self.said = said


class Git:
    """The git of this machine, for any thread."""

    def __init__(
        self,
        runner: Runner,
        environ: Mapping[str, str],
        network: Network = Network.OPEN,
        limits: Limits | None = None,
        config: Iterable[str] = (),
    ) -> None:
        self._runner = runner
        self._network = network
        self._limits = limits or Limits()
        self._config = tuple(config)
        """``NAME=VALUE`` each, beside our own."""
        self._environ = {name: environ[name] for name in _PASSED if name in environ}

    def ask(
        self, *arguments: str, cwd: Path, subject: str, heed: Heed = Heed.NOBODY, login: tuple[str, str] | None = None
    ) -> str:
        """Run a command in a folder and give what it wrote; ``subject`` names the repository in errors.

        ``login`` is a URL with credentials and the same without: they are sent, and stand in no command line.

        Raises:
            GitFailed: it failed.
            IndexAccessError: there is no git, no server may be asked, or what is allowed does not suffice.
        """
        closed = _CLOSED if self._network is Network.CLOSED else ()
        options = [part for option in (*_OPTIONS, *self._config, *closed) for part in ("-c", option)]
        command = Command(
            argv=("git", *options, *arguments),
            env=self._variables(heed, login),
            cwd=cwd,
            largest_file=self._limits.file,
        )
        done = self._captured(command, self._limits.seconds(arguments[0]), subject)
        if done.returncode != 0:
            said = _cleaned(done.stderr.decode(errors="replace"), login)
            if _TOO_LARGE.search(said):
                raise _beyond(subject, f"git is stopped where a file would have more than {self._limits.file} bytes")
            if closed and _FORBIDDEN.search(said):
                raise NotAsked(
                    f"{subject} is not in the cache, and --offline forbids to ask for it",
                    hint="run the same command once without --offline",
                )
            raise _failed(subject, said)
        return done.stdout.decode("utf-8", "surrogateescape")

    def _captured(self, command: Command, seconds: float, subject: str) -> Captured:
        try:
            return self._runner.capture(command, timeout=seconds, limit=self._limits.output)
        except CannotStart as error:
            raise IndexAccessError(
                f"{subject} is a git repository, and {error.message}", hint="apt-get install git"
            ) from None
        except (TimedOut, TooMuchSaid) as error:
            raise _beyond(subject, error.message) from None

    def _variables(self, heed: Heed, login: tuple[str, str] | None) -> dict[str, str]:
        variables = {**self._environ, **_FIXED}
        if heed is Heed.NOBODY:
            variables |= _ALONE
        if login is not None:
            full, bare = login
            variables |= {
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": f"url.{full}.insteadOf",
                "GIT_CONFIG_VALUE_0": bare,
            }
        return variables


def _cleaned(stderr: str, login: tuple[str, str] | None) -> str:
    if login is not None:
        userinfo = login[0].partition("://")[2].rpartition("@")[0]
        user, _, password = userinfo.partition(":")
        # A token may stand in the place of the user.
        for secret in filter(None, (userinfo, password or user, unquote(password or user))):
            stderr = stderr.replace(secret, "***")
    lines = [line.strip() for line in stderr.splitlines() if line.strip() and not _USELESS.match(line.strip())]
    return printable(" / ".join(line.removeprefix("fatal: ")[:_LONGEST] for line in lines[-3:]))


def _beyond(subject: str, fault: str) -> IndexAccessError:
    return IndexAccessError(
        f"{subject} cannot be read within what is allowed: {fault}",
        hint="clone it yourself, and name the folder instead",
    )


def _failed(subject: str, said: str) -> GitFailed:
    if _DENIED.search(said):
        hint = "see that its address is right, and give git a credential helper or an ssh key that may read it"
        return GitFailed(f"{subject} may not be read: {said}", said=said, hint=hint)
    if _ABSENT.search(said):
        return GitFailed(f"{subject} is not there: {said}", said=said, hint="see that its address is right")
    return GitFailed(
        f"{subject} cannot be read: {said}", said=said, hint="check the network, the proxy settings, and its address"
    )
