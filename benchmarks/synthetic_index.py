"""Serves a made-up index on the loopback: projects that require each other, and whose newest versions do not agree."""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import dataclass

from server import PAGES, Bytes, serve

PROJECTS, VERSIONS = 500, 20
AGREED = 12
"""All projects fit together in this version, so that there always is an answer."""
CAPPED = 0.2
"""The share of requirements that exclude the newest versions: only there has the solver to turn back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One wheel, of which only the metadata exists."""

    number: int
    version: int

    @property
    def filename(self) -> str:
        """As PEP 427 has it."""
        return f"{name(self.number).replace('-', '_')}-{self.version}.0-py3-none-any.whl"

    @property
    def metadata(self) -> bytes:
        """A tree's two branches, so that the first project reaches all, and one requirement across."""
        chance = random.Random(f"{self.number} {self.version}")  # noqa: S311 - the same index in every run
        later = range(2 * self.number + 1, PROJECTS)
        wanted = dict.fromkeys([*later[:2], *([chance.choice(later)] if later else [])])
        lines = [f"Requires-Dist: {name(number)} {bounds(chance)}" for number in wanted]
        head = ["Metadata-Version: 2.1", f"Name: {name(self.number)}", f"Version: {self.version}.0"]
        return "\n".join([*head, *lines, ""]).encode()

    @property
    def entry(self) -> dict[str, object]:
        """What the page says. No size is promised: a small wheel would be fetched whole for its metadata."""
        return {
            "filename": self.filename,
            "url": f"../../files/{self.filename}",
            "hashes": {"sha256": hashlib.sha256(self.filename.encode()).hexdigest()},
            "core-metadata": {"sha256": hashlib.sha256(self.metadata).hexdigest()},
        }


def bounds(chance: random.Random) -> str:
    """A specifier that the agreed version satisfies."""
    cap = f",<{chance.randint(AGREED + 1, VERSIONS)}" if chance.random() < CAPPED else ""
    return f">={chance.randint(1, AGREED)}{cap}"


def name(number: int) -> str:
    """What a project is called."""
    return f"synthetic-{number:03}"


def bodies() -> dict[str, Bytes]:
    """All pages and all metadata (PEP 658), by path."""
    found: dict[str, Bytes] = {}
    for number in range(PROJECTS):
        releases = [Release(number=number, version=version) for version in range(1, VERSIONS + 1)]
        page = {"meta": {"api-version": "1.1"}, "name": name(number), "files": [one.entry for one in releases]}
        found[f"{PAGES}{name(number)}/"] = Bytes(json.dumps(page).encode())
        found |= {f"/files/{one.filename}.metadata": Bytes(one.metadata) for one in releases}
    return found


if __name__ == "__main__":
    serve(bodies().get)
