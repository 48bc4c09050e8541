"""One recipe made a rule: every word of it is understood, and every one that is not is noted as a fault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidName, canonicalize_name
from packaging.version import InvalidVersion

from wheelforge.model.pep508 import parse_requirement
from wheelforge.model.tools import tool_named
from wheelforge.model.treatment import unrecordable
from wheelforge.model.variables import variable_flaw
from wheelforge.recipes.mismatches import At
from wheelforge.recipes.patch_files import BadPatch, read_patch
from wheelforge.recipes.rules import Amendment, Conditions, Rule, Word
from wheelforge.recipes.written import texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from packaging.utils import NormalizedName

    from wheelforge.model.treatment import ConfigSettings, Patch
    from wheelforge.recipes.places import KeyPath
    from wheelforge.recipes.sheet import Sheet
    from wheelforge.recipes.written import BuildRequires, Recipe

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checker:
    """Reads the recipe at the path ``base`` of a sheet."""

    sheet: Sheet
    folder: Path
    """Where its patches are."""
    base: KeyPath

    def rule(self, recipe: Recipe) -> Rule:
        """What the recipe says, without what is noted as a fault."""
        if recipe.is_empty:
            self._note((), "this recipe changes nothing: give it a policy, build-requires, provided, env, ...")
        return Rule(
            names=self._names(recipe),
            origin=self.sheet.place(self.base),
            why=" ".join(recipe.why.split()),
            conditions=self._conditions(recipe),
            policy=recipe.policy,
            amendments=self._amendments(recipe.build_requires),
            provided=frozenset(self._understood(recipe.provided, tool_named, "provided")),
            environment=self._environment(recipe.env),
            settings=self._settings(recipe),
            patches=self._patches(recipe.patches),
        )

    def _note(self, path: KeyPath, problem: str, at: At = At.VALUE) -> None:
        self.sheet.note((*self.base, *path), problem, at=at)

    def _understood(self, written: Iterable[str], read: Callable[[str], T], *path: str) -> Iterator[T]:
        """Each text of a list as ``read`` understands it; what it complains of is noted."""
        for number, text in enumerate(written):
            try:
                yield read(text)
            except ValueError as error:
                self._note((*path, number), _clause(error))

    def _names(self, recipe: Recipe) -> frozenset[NormalizedName]:
        if not recipe.name:
            self._note(("name",), "it names no project")
        return frozenset(self._understood(texts(recipe.name), _project, "name"))

    def _conditions(self, recipe: Recipe) -> Conditions:
        versions = None if recipe.versions is None else self._one(recipe.versions, _versions, "versions")
        marker = None if recipe.marker is None else self._one(recipe.marker, _marker, "marker")
        return Conditions(
            versions=versions,
            marker=marker,
            targets=tuple(self._understood(texts(recipe.targets), _glob, "targets")),
        )

    def _one(self, text: str, read: Callable[[str], T], key: str) -> T | None:
        try:
            return read(text)
        except ValueError as error:
            self._note((key,), _clause(error))
            return None

    def _amendments(self, written: BuildRequires) -> dict[NormalizedName, Amendment]:
        found: dict[NormalizedName, Amendment] = {}
        for word, lines in ((Word.ADD, written.add), (Word.REPLACE, written.replace), (Word.REMOVE, written.remove)):
            read = _removal if word is Word.REMOVE else _requirement
            for number, text in enumerate(lines):
                path: KeyPath = ("build-requires", word.value, number)
                try:
                    name, requirements = read(text)
                except ValueError as error:
                    self._note(path, _clause(error))
                    continue
                before = found.get(name)
                if before is not None and before.word is not word:
                    self._note(path, f"{name} stands under {before.word.value!r} too: take one of them out")
                    continue
                # Several of one project all hold: their markers may part them.
                earlier = before.requirements if before else ()
                found[name] = Amendment(word=word, requirements=(*earlier, *requirements))
        return found

    def _environment(self, written: dict[str, str]) -> dict[str, str]:
        for name, value in written.items():
            if problem := variable_flaw(name):
                self._note(("env", name), problem, at=At.KEY)
            elif problem := unrecordable(value):
                self._note(("env", name), problem)
        return written

    def _settings(self, recipe: Recipe) -> ConfigSettings:
        for key, value in recipe.config_settings.items():
            if not key.strip():
                self._note(("config-settings", key), "a config setting has a name", at=At.KEY)
            elif problem := unrecordable(key):
                self._note(("config-settings", key), problem, at=At.KEY)
            elif problem := next(filter(None, map(unrecordable, texts(value))), None):
                self._note(("config-settings", key), problem)
        return {key: value if isinstance(value, str) else tuple(value) for key, value in recipe.config_settings.items()}

    def _patches(self, written: tuple[str, ...]) -> tuple[Patch, ...]:
        found: dict[str, Patch] = {}
        for number, text in enumerate(written):
            try:
                patch = read_patch(text, self.folder)
            except BadPatch as bad:
                self._note(("patches", number), str(bad))
                continue
            if patch.sha256 in found:
                self._note(("patches", number), f"{text!r} stands here twice, or has the content of another one")
            found[patch.sha256] = patch
        return tuple(found.values())


def _clause(error: Exception) -> str:
    """The first line of what `packaging` says, as a clause."""
    return str(error).partition("\n")[0].rstrip(".:")


def _project(text: str) -> NormalizedName:
    try:
        return canonicalize_name(text, validate=True)
    except InvalidName as error:
        raise ValueError(f"{text!r} is not the name of a project") from error


def _removal(text: str) -> tuple[NormalizedName, tuple[str, ...]]:
    return _project(text), ()


def _requirement(text: str) -> tuple[NormalizedName, tuple[str, ...]]:
    try:
        requirement = parse_requirement(text)
    except InvalidRequirement as error:
        raise ValueError(f"{text!r} is no requirement (PEP 508): {_clause(error)}") from error
    if requirement.url is not None:
        raise ValueError(f"{text!r} names a place: a recipe requires projects, by their names and versions")
    return canonicalize_name(requirement.name), (str(requirement),)


def _versions(text: str) -> SpecifierSet:
    try:
        return SpecifierSet(text)
    except InvalidSpecifier as error:
        raise ValueError(f"{text!r} is no set of versions, such as '>=2,<3'") from error


def _marker(text: str) -> Marker:
    try:
        marker = Marker(text)
        # What compares the incomparable is found only when it is asked.
        marker.evaluate({"extra": ""})
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName, InvalidVersion) as error:
        raise ValueError(f"{text!r} is no environment marker (PEP 508): {_clause(error)}") from error
    return marker


def _glob(text: str) -> str:
    if not text.strip():
        raise ValueError("a target has a name, such as 'cp312-manylinux_2_28_x86_64' or 'cp312-*'")
    return text
