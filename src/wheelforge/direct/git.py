"""Runs git: without hooks, prompts, filters, or options that a URL could smuggle in; and tells its failures."""

from __future__ import annotations

import enum
import re
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import unquote

from wheelforge.errors import IndexAccessError
from wheelforge.formats.fault import printable
from wheelforge.process import CannotStart, Command
from wheelforge.simple.exchange import NotAsked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wheelforge.process import Runner

_PASSED = (
    *("PATH", "HOME", "USER", "XDG_CONFIG_HOME", "TMPDIR", "SSH_AUTH_SOCK", "GIT_SSH", "GIT_SSH_COMMAND"),
    *("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH"),
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
    *("gc.auto=0", "maintenance.auto=false", "credential.interactive=false"),
    *("http.lowSpeedLimit=1", "http.lowSpeedTime=60", "advice.detachedHead=false"),
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
_USELESS = re.compile(r"^(warning|hint|remote: ?$|Please make sure|and the repository exists)", re.IGNORECASE)


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

    def __init__(self, runner: Runner, environ: Mapping[str, str], network: Network = Network.OPEN) -> None:
        self._runner = runner
        self._network = network
        self._environ = {name: environ[name] for name in _PASSED if name in environ}

    def ask(
        self, *arguments: str, cwd: Path, subject: str, heed: Heed = Heed.NOBODY, login: tuple[str, str] | None = None
    ) -> str:
        """Run a command in a folder and give what it wrote; ``subject`` names the repository in errors.

        ``login`` is a URL with credentials and the same without: they are sent, and stand in no command line.

        Raises:
            GitFailed: it failed.
            IndexAccessError: there is no git, or no server may be asked.
        """
        closed = _CLOSED if self._network is Network.CLOSED else ()
        options = [part for option in (*_OPTIONS, *closed) for part in ("-c", option)]
        command = Command(argv=("git", *options, *arguments), env=self._variables(heed, login), cwd=cwd)
        try:
            done = self._runner.capture(command, timeout=None)
        except CannotStart as error:
            raise IndexAccessError(
                f"{subject} is a git repository, and {error.message}", hint="apt-get install git"
            ) from None
        if done.returncode != 0:
            said = _cleaned(done.stderr.decode(errors="replace"), login)
            if closed and _FORBIDDEN.search(said):
                raise NotAsked(
                    f"{subject} is not in the cache, and --offline forbids to ask for it",
                    hint="run the same command once without --offline",
                )
            raise _failed(subject, said)
        return done.stdout.decode("utf-8", "surrogateescape")

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


def _failed(subject: str, said: str) -> GitFailed:
    if _DENIED.search(said):
        hint = "see that its address is right, and give git a credential helper or an ssh key that may read it"
        return GitFailed(f"{subject} may not be read: {said}", said=said, hint=hint)
    if _ABSENT.search(said):
        return GitFailed(f"{subject} is not there: {said}", said=said, hint="see that its address is right")
    return GitFailed(
        f"{subject} cannot be read: {said}", said=said, hint="check the network, the proxy settings, and its address"
    )
