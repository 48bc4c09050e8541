"""``build-details.json`` (PEP 739), and what an interpreter says of itself beyond it, as they are written."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

import msgspec

from wheelforge.errors import UsageError

T = TypeVar("T", bound="BuildDetails")

Number = Annotated[int, msgspec.Meta(ge=0, le=9999)]
_RELEASE_LEVELS = {"alpha": "a", "beta": "b", "candidate": "rc"}


class VersionInfo(msgspec.Struct, frozen=True):
    """``sys.version_info``."""

    major: Number
    minor: Number
    micro: Number = 0
    releaselevel: Literal["alpha", "beta", "candidate", "final"] = "final"
    serial: Number = 0

    def __str__(self) -> str:
        """As `platform.python_version` has it: ``3.14.2``, ``3.15.0rc1``."""
        level = _RELEASE_LEVELS.get(self.releaselevel)
        return f"{self.major}.{self.minor}.{self.micro}" + (f"{level}{self.serial}" if level else "")


class Language(msgspec.Struct, frozen=True):
    """The version of Python, the language."""

    version: str
    version_info: VersionInfo | None = None


class Implementation(msgspec.Struct, frozen=True):
    """``sys.implementation``."""

    name: str
    version: VersionInfo
    multiarch: str = msgspec.field(name="_multiarch", default="")


class Abi(msgspec.Struct, frozen=True):
    """What extension modules depend on."""

    flags: tuple[str, ...] = ()
    extension_suffix: str = ""


class BuildDetails(msgspec.Struct, frozen=True):
    """What of PEP 739 makes a target; other keys are passed over, for later versions may bring some."""

    schema_version: Annotated[str, msgspec.Meta(pattern=r"^1\.")]
    platform: str
    """As `sysconfig.get_platform` has it: ``linux-x86_64``."""
    language: Language
    implementation: Implementation
    base_prefix: str = ""
    base_interpreter: str = ""
    abi: Abi = Abi()


class Answer(BuildDetails, frozen=True, kw_only=True):
    """The same from a running interpreter, and what only that can know."""

    libc: str
    """``glibc 2.36``, ``musl 1.2``, or nothing."""
    macos: str
    """``14.5``, or nothing."""
    bits: int
    markers: dict[str, str]


def read_details(data: bytes, kind: type[T], origin: object) -> T:
    """Read and check one of the two; the data is as little trusted as its writer.

    Raises:
        UsageError: it is not what it should be; ``origin`` says whose it is.
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{origin}: not a description of an interpreter (PEP 739): {error}") from error
