"""The recipes that wheelforge brings along: those that always hold, and those that are asked for by their name."""

from __future__ import annotations

from pathlib import Path

from wheelforge.errors import UsageError
from wheelforge.model.nearest import did_you_mean


def shipped_folder() -> Path:
    """The folder of the built-in knowledge: recipes/README.md says what stands where."""
    package = Path(__file__).parents[1]
    shipped = package / "_recipes"
    # An editable install has no copy of the folder: it stands beside `src`.
    return shipped if shipped.is_dir() else package.parents[1] / "recipes"


def built_in_recipes() -> Path:
    """The folder of the recipes that always hold, and that every other recipe wins over."""
    return shipped_folder() / "packages"


def optional_recipes() -> dict[str, Path]:
    """The recipes that hold where they are asked for, by their names, sorted."""
    return {path.stem: path for path in sorted((shipped_folder() / "optional").glob("*.toml"))}


def recipe_place(said: str, folder: Path) -> Path:
    """What a user means by a recipe: a file or a folder, relative to ``folder``, or the name of an optional recipe.

    What could be both is the name; ``./NAME`` is the file.

    Raises:
        UsageError: it is neither.
    """
    names = optional_recipes()
    if said in names:
        return names[said]
    path = Path(said)
    if (folder / path).exists():
        # As it was written: so messages tell it.
        return path if folder == Path() else folder / path
    hint = did_you_mean(said, names) or f"recipes that are asked for by name: {', '.join(names)}"
    raise UsageError(f"{said}: there is no such file, folder or optional recipe", hint=hint)
