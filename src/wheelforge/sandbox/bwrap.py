"""The jail: composes the bubblewrap command that shows a job the system read-only, its mounts, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wheelforge.process.command import Command
from wheelforge.sandbox.port import Access, Isolation
from wheelforge.sandbox.tools import standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wheelforge.sandbox.port import Job, Mount

_ETC = Path(__file__).parent / "etc"
_IDENTITY = "1000"
"""The user and group that every job believes to be, whoever runs wheelforge; `_ETC` names them."""

_UNSHARE = (
    *("--unshare-all", "--unshare-user", "--uid", _IDENTITY, "--gid", _IDENTITY, "--hostname", "wheelforge"),
    *("--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"),
)
NO_NAMESPACES = "--disable-userns"
"""Keeps a job from user namespaces of its own, in which it would have capabilities to try on the kernel."""
_SIZE = "--size"
_ROOM = str(1 << 30)
"""Bytes that a job may keep in memory under /tmp, and as many under /dev/shm: its scratch folder is on the disk."""
_IN_MEMORY = ("/tmp", "/dev/shm")  # noqa: S108 - the jail's own
_ROOT_FOLDERS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_SYSTEM_FILES = (
    # cc and many others are links through here.
    "/etc/alternatives",
    # Without these neither the loader nor linkers find libraries in the multiarch folders.
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bwrap:
    """Jails made by one bubblewrap ``program``, around one interpreter, on one host's system folders."""

    program: Path
    interpreter: Mount
    """Where the base interpreter is; under ``/usr`` it is there anyway, and shown at its own path."""
    system: tuple[str, ...]
    """The arguments that show the system folders, from `system_arguments`."""
    known: frozenset[str] = frozenset()
    """Which of the options that not every bubblewrap has this one has, from `known_options`."""

    @property
    def isolation(self) -> Isolation:
        """How isolated."""
        return Isolation.BWRAP

    def seen(self, mount: Mount) -> str:
        """The fixed path inside."""
        return mount.inside

    def command(self, job: Job) -> Command:
        """Compose the jail; the order of arguments is the order of mounting, so ``/tmp`` comes before binds in it."""
        environment = [part for name, value in sorted(job.env.items()) for part in ("--setenv", name, value)]
        mounts = [part for mount in (self.interpreter, *job.mounts) for part in _bind(mount)]
        size = (_SIZE, _ROOM) if _SIZE in self.known else ()
        memory = [part for path in _IN_MEMORY for part in (*size, "--tmpfs", path)]
        # A device where a program was: it is there, and cannot be executed.
        masks = [part for path in standing(job.hidden) for part in ("--ro-bind", "/dev/null", str(path))]
        argv = (
            *(str(self.program), *_UNSHARE, *sorted(self.known & {NO_NAMESPACES}), *environment, *self.system),
            *("--proc", "/proc", "--dev", "/dev", *memory, "--remount-ro", "/dev"),
            *mounts,
            *masks,
            *("--remount-ro", "/", "--chdir", job.cwd, "--", *job.argv),
        )
        return Command(argv=argv, env={})


def known_options(help_text: str) -> frozenset[str]:
    """Which options a bubblewrap has, of those that not every one has, from what its ``--help`` says."""
    return frozenset(help_text.split()) & {NO_NAMESPACES, _SIZE}


def system_arguments(root: Path = Path("/")) -> tuple[str, ...]:
    """Show the system folders of the host as they are: merged into ``/usr`` by links, or real.

    ``root`` is where to look, other than the host's root only in tests.
    """
    return tuple(_system_arguments(root))


def _system_arguments(root: Path) -> Iterator[str]:
    yield from ("--ro-bind", "/usr", "/usr")
    for name in _ROOT_FOLDERS:
        if (root / name).is_symlink():
            yield from ("--symlink", str((root / name).readlink()), f"/{name}")
        elif (root / name).is_dir():
            yield from ("--ro-bind", f"/{name}", f"/{name}")
    for path in _SYSTEM_FILES:
        yield from ("--ro-bind-try", path, path)
    for name in ("passwd", "group"):
        yield from ("--ro-bind", str(_ETC / name), f"/etc/{name}")


def _bind(mount: Mount) -> tuple[str, str, str]:
    match mount.access:
        case Access.READ:
            return ("--ro-bind", str(mount.host), mount.inside)
        case Access.WRITE:
            return ("--bind", str(mount.host), mount.inside)
