"""What can be wrong with an archive: each error names the archive, the member and the fault."""

from __future__ import annotations

from wheelforge.errors import IntegrityError

_LONGEST = 200


def _shown(member: str) -> str:
    # A hostile name may be a megabyte long, or hold what a terminal obeys.
    return repr(member if len(member) <= _LONGEST else f"{member[:_LONGEST]}...")


class BrokenArchive(IntegrityError):
    """An archive that cannot be read to its end, or is not laid out as an sdist."""

    def __init__(self, archive: str, fault: str) -> None:
        super().__init__(
            f"{archive} cannot be read: {fault}",
            hint="remove the file and collect it again; if it stays so, the project published it like this",
        )
        self.archive = archive
        self.fault = fault


class UnsafeArchive(IntegrityError):
    """An archive that would write where it must not, or more than it may."""

    def __init__(self, archive: str, member: str, fault: str) -> None:
        super().__init__(
            f"{archive} is refused: its member {_shown(member)} {fault}; nothing of it was unpacked",
            hint="no honest sdist looks like this: look at where it came from, and choose another version or source",
        )
        self.archive = archive
        self.member = member
        self.fault = fault


class BrokenWheel(IntegrityError):
    """A wheel that is not what the standard or its own RECORD says; ``member`` is empty for the wheel as a whole."""

    def __init__(self, wheel: str, member: str, fault: str) -> None:
        subject = f"its member {_shown(member)} {fault}" if member else fault
        super().__init__(
            f"{wheel} is no sound wheel: {subject}",
            hint="remove the file, then collect or build it again",
        )
        self.wheel = wheel
        self.member = member
        self.fault = fault
