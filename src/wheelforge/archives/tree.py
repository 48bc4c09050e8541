"""What an archive would make on disk, decided from its members alone: safe names, one root, links that stay inside."""

from __future__ import annotations

import enum
import os
import re
from dataclasses import dataclass
from pathlib import PureWindowsPath

from wheelforge.archives.faults import UnsafeArchive

MAX_MEMBERS = 500_000
MAX_LINKS = 10_000
MAX_NAME = 4096
"""Bytes of a whole path, as Linux has it (PATH_MAX)."""
MAX_PART = 255
"""Bytes of one step of a path (NAME_MAX)."""
MAX_DEPTH = 128
"""Steps of one path: they are kept for every folder on the way."""
MAX_WALK = 1_000_000
"""Steps walked to follow all links of an archive: links to links cost us time as they please."""
MAX_HOPS = 40
"""Links followed for one path, as Linux does before it gives up."""

_HARMLESS = re.compile(r"[A-Za-z0-9._+-][A-Za-z0-9._+/@ -]{0,253}")
"""Nearly all names: on no system is there a drive, a root or a backslash in them, nor a step that is too long."""

Steps = tuple[str, ...]
"""A path inside an archive, step by step, without empty ones."""


class Form(enum.Enum):
    """The forms a member may have; devices, pipes and sparse files have none."""

    FILE = "a file"
    FOLDER = "a folder"
    SYMLINK = "a symbolic link"
    HARDLINK = "a hard link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One entry of an archive, without its bytes."""

    name: str
    """As the archive spells it."""
    form: Form
    link: str = ""
    """What a link points to: from its own folder (symbolic) or from the archive's root (hard)."""
    size: int = 0
    """Bytes; what the archive claims."""
    executable: bool = False
    mtime: int = 0
    """Seconds since 1970."""


def name_fault(name: str) -> str | None:
    """Say what makes a member's name unsafe on any system, as the end of a sentence; ``None`` when it is safe."""
    return None if _HARMLESS.fullmatch(name) and ".." not in name else _fault(name)


def _fault(name: str) -> str | None:
    # Windows' rules are the wider ones: they see both kinds of slash, drives and shares.
    windows = PureWindowsPath(name)
    if windows.drive or windows.root:
        return "has an absolute path"
    if ".." in windows.parts:
        return "goes up with '..'"
    if "\0" in name:
        return "has a NUL character in its name"
    try:
        encoded = os.fsencode(name)
    except UnicodeEncodeError:
        return "has a name that no file can have"
    if len(encoded) > MAX_NAME or any(len(part) > MAX_PART for part in encoded.split(b"/")):
        return "has a name that is too long"
    return None


def path_of(name: str) -> Steps:
    """Split a safe name into its steps: ``./a//b/`` is ``("a", "b")``."""
    return tuple(part for part in name.split("/") if part not in {"", "."})


class Tree:
    """The paths that an archive has claimed so far; refuses a member that does not fit in with them.

    A path is claimed once (folders may come again, and files, which `twice` then holds), everything lies below
    folders, and all of it below one.
    """

    def __init__(self, archive: str) -> None:
        self.archive = archive
        self.root = ""
        """The one top folder; empty until a member has named it."""
        self.twice: set[Steps] = set()
        """Files that came again. Real sdists have some: whoever reads the bytes must see that they are the same."""
        self._forms: dict[Steps, Form] = {}
        self._links: dict[Steps, Member] = {}
        self._walked = 0

    def add(self, member: Member) -> Steps:
        """Claim a member's path, relative to where the archive is unpacked; empty for the archive's root itself.

        Raises:
            UnsafeArchive: its name, its place or its (hard) link is not safe.

        """
        path = path_of(member.name)
        fault = name_fault(member.name) or self._place_fault(path, member) or self._form_fault(path, member)
        if fault is not None:
            raise UnsafeArchive(self.archive, member.name, fault)
        if path:
            self._claim(path, member)
        return path

    def settle(self) -> None:
        """Follow every symbolic link through the whole tree.

        Raises:
            UnsafeArchive: one leads out of the top folder, or round in circles.

        """
        for path, member in self._links.items():
            fault = self._link_fault(path, member.link)
            if fault is not None:
                raise UnsafeArchive(self.archive, member.name, fault)

    def _claim(self, path: Steps, member: Member) -> None:
        self.root = path[0]
        if path in self._forms and member.form is Form.FILE:
            self.twice.add(path)
        self._forms[path] = member.form
        if member.form is Form.SYMLINK:
            self._links[path] = member
        for length in range(len(path) - 1, 0, -1):
            if path[:length] in self._forms:
                break
            self._forms[path[:length]] = Form.FOLDER
        if len(self._forms) > MAX_MEMBERS:
            raise UnsafeArchive(self.archive, member.name, f"is one too many: {MAX_MEMBERS} paths are the limit")
        if len(self._links) > MAX_LINKS:
            raise UnsafeArchive(self.archive, member.name, f"is one link too many: {MAX_LINKS} are the limit")

    def _place_fault(self, path: Steps, member: Member) -> str | None:
        if not path:
            return None if member.form is Form.FOLDER else "has no name"
        if len(path) > MAX_DEPTH:
            return f"lies deeper than {MAX_DEPTH} folders"
        if self.root not in {"", path[0]}:
            return f"lies outside the one top folder, {self.root!r}, that an sdist has"
        if len(path) == 1 and member.form is not Form.FOLDER:
            return "lies beside the top folder that an sdist has"
        for length in range(len(path) - 1, 0, -1):
            form = self._forms.get(path[:length])
            if form is Form.FOLDER:
                break
            if form is not None:
                return f"lies below {'/'.join(path[:length])!r}, which is {form.value}"
        return None

    def _form_fault(self, path: Steps, member: Member) -> str | None:
        before = self._forms.get(path)
        if before is not None and not (before is member.form and before in {Form.FOLDER, Form.FILE}):
            return f"comes twice: its place is taken by {before.value}"
        if member.form in {Form.SYMLINK, Form.HARDLINK} and len(member.link) > MAX_NAME:
            return "is a link whose target is too long"
        if member.form is Form.HARDLINK and self._forms.get(path_of(member.link)) not in {Form.FILE, Form.HARDLINK}:
            return f"is a hard link to {member.link!r}, which is no file that came before it"
        return None

    def _link_fault(self, path: Steps, link: str) -> str | None:
        windows = PureWindowsPath(link)
        if not link or windows.drive or windows.root or "\0" in link:
            return f"is a link to {link!r}, which is no path inside the archive"
        place, hops = list(path[:-1]), 0
        steps = _reversed_steps(link)
        while steps:
            step = steps.pop()
            self._walked += 1
            if self._walked > MAX_WALK:
                return f"is one link too many: all links take more than {MAX_WALK} steps to follow"
            if step == "..":
                place.pop()
                if not place:
                    return f"is a link to {link!r}, which leads out of {self.root!r}"
                continue
            place.append(step)
            onward = self._links.get(tuple(place))
            if onward is None:
                continue
            hops += 1
            if hops > MAX_HOPS:
                return f"is a link to {link!r}, which leads round in circles"
            place.pop()
            steps += _reversed_steps(onward.link)
        return None


def _reversed_steps(link: str) -> list[str]:
    return [step for step in reversed(link.split("/")) if step not in {"", "."}]
