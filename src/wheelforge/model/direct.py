"""Where a distribution came from that was named by its place: PEP 610."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class VcsInfo:
    """``vcs_info`` of PEP 610."""

    vcs: str
    """``git``."""
    commit_id: str
    """The full commit, lower-case hex: what was taken, whatever was asked for."""
    requested_revision: str | None = None
    """The branch, tag or commit that was asked for; ``None`` where none was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectUrl:
    """The place of an archive, a repository or a folder."""

    url: str
    """Without credentials. A local place is relative to where the run was started, with forward slashes, or a bare
    name where it stands elsewhere: no lock tells paths of a machine."""
    subdirectory: str = ""
    """The folder of the project inside it, with forward slashes; empty for its top."""
    vcs: VcsInfo | None = None
    """For a repository only."""
    directory: bool = False
    """A local folder, of which an sdist was made."""
