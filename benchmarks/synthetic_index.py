"""Serves a made-up index on the loopback: projects that require each other, and whose newest versions do not agree."""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server import PAGES, Bytes, serve

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = "synthetic-000"
"""The project that leads to all others."""
PROJECTS, VERSIONS = 500, 20
AGREED = 12
"""All projects fit together in this version, so that there always is an answer."""
CAPPED = 0.2
"""The share of requirements that exclude the newest versions: only there has the solver to turn back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One wheel, of which only the metadata exists."""

    names: Sequence[str]
    """All projects."""
    number: int
    """Its own place among them."""
    version: int

    @property
    def name(self) -> str:
        """Of its project."""
        return self.names[self.number]

    @property
    def filename(self) -> str:
        """As PEP 427 has it."""
        return f"{self.name.replace('-', '_')}-{self.version}.0-py3-none-any.whl"

    @property
    def requires(self) -> list[str]:
        """A tree's two branches, so that the first project reaches all, and one requirement across."""
        chance = random.Random(f"{self.number} {self.version}")  # noqa: S311 - the same index in every run
        later = range(2 * self.number + 1, len(self.names))
        wanted = dict.fromkeys([*later[:2], *([chance.choice(later)] if later else [])])
        return [f"{self.names[number]} {bounds(chance)}" for number in wanted]

    @property
    def metadata(self) -> bytes:
        """METADATA."""
        head = ["Metadata-Version: 2.1", f"Name: {self.name}", f"Version: {self.version}.0"]
        return "\n".join([*head, *(f"Requires-Dist: {text}" for text in self.requires), ""]).encode()

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


def names(projects: int, seed: str = "") -> list[str]:
    """The root's and all others': in the order in which they lead to each other or, with a seed, in a random one."""
    others = [f"synthetic-{number:03}" for number in range(1, projects)]
    if seed:
        random.Random(seed).shuffle(others)  # noqa: S311 - the same index in every run
    return [ROOT, *others]


def releases(projects: int, seed: str = "") -> Iterator[list[Release]]:
    """Those of each project."""
    named = names(projects, seed)
    for number in range(projects):
        yield [Release(names=named, number=number, version=version) for version in range(1, VERSIONS + 1)]


def bodies(projects: int, seed: str = "") -> dict[str, Bytes]:
    """All pages and all metadata (PEP 658), by path."""
    found: dict[str, Bytes] = {}
    for made in releases(projects, seed):
        page = {"meta": {"api-version": "1.1"}, "name": made[0].name, "files": [one.entry for one in made]}
        found[f"{PAGES}{made[0].name}/"] = Bytes(json.dumps(page).encode())
        found |= {f"/files/{one.filename}.metadata": Bytes(one.metadata) for one in made}
    return found


def main() -> None:
    """Print the URL of the index, and serve until ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("projects", nargs="?", type=int, default=PROJECTS, help=f"how many ({PROJECTS})")
    parser.add_argument("--seed", default="", help="any word: the projects change names with each other")
    options = parser.parse_args()
    serve(bodies(options.projects, options.seed).get)


if __name__ == "__main__":
    main()
