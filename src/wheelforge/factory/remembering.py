"""The inputs as a lock remembers them, so that a later run can tell whether it is asked the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wheelforge.model.building import Hooks
from wheelforge.model.inputs import Prefer, Resolution
from wheelforge.model.lock import LockedInputs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wheelforge.model.digest import Digest
    from wheelforge.model.inputs import Asked, Inputs, Reference


def locked_inputs(inputs: Inputs) -> LockedInputs:
    """What was asked, as text; only options that differ from the defaults are named."""
    formats = inputs.formats
    cutoff = inputs.uploaded_prior_to
    options: dict[str, bool | str | tuple[str, ...]] = {
        "prefer": formats.prefer.value if formats.prefer is not Prefer.WHEEL else "",
        "no-binary": tuple(sorted(formats.no_binary)),
        "only-binary": tuple(sorted(formats.only_binary)),
        "seeds": tuple(sorted(inputs.seeds)),
        "build-deps": inputs.build_deps,
        "pre": inputs.allow_prereleases,
        "no-deps": inputs.no_deps,
        "require-hashes": inputs.require_hashes,
        "resolution": inputs.resolution.value if inputs.resolution is not Resolution.HIGHEST else "",
        "uploaded-prior-to": inputs.uploaded_prior_to_written or (cutoff.isoformat() if cutoff is not None else ""),
        "with-fallback": inputs.with_fallback,
        "align": inputs.align,
        "build-deps-as-of": inputs.building.as_of.written if inputs.building.as_of else "",
        "hooks": inputs.building.hooks.value if inputs.building.hooks is Hooks.FROM_SOURCE else "",
        "provided": tuple(sorted(inputs.building.provided)),
        "recipes": inputs.building.recipes,
        "config-settings": tuple(map(inputs.secrets.masked, _settings(inputs))),
        "indexes": tuple(map(inputs.secrets.masked, inputs.indexes)),
        "index-pins": tuple(map(str, inputs.index_pins)),
    }
    return LockedInputs(
        requirements=_texts(inputs.requirements),
        references=tuple(map(_reference, inputs.references)),
        locks=tuple(" ".join([lock.origin, f"sha256:{lock.digest}", *lock.picks]) for lock in inputs.locks),
        constraints=_texts(inputs.constraints),
        constraint_references=tuple(map(_constraint, inputs.constraint_places)),
        overrides=_texts(inputs.overrides),
        build_constraints=_texts(inputs.build_constraints),
        options={name: value for name, value in sorted(options.items()) if value},
    )


def _settings(inputs: Inputs) -> Iterator[str]:
    for asked in inputs.requirements:
        yield from (f"{asked.requirement.name}: {key}={value}" for key, value in asked.settings)
    for place in inputs.references:
        yield from (f"{place.written}: {key}={value}" for key, value in place.settings)


def _texts(asked: Iterable[Asked]) -> tuple[str, ...]:
    return tuple(" ".join([str(one.requirement), *_hashes(one.hashes)]) for one in asked)


def _hashes(digests: Iterable[Digest]) -> Iterator[str]:
    return (f"--hash={digest}" for digest in sorted(digests))


def _reference(one: Reference) -> str:
    """As it was written, and all that counts of it and is not told by that."""
    written = _plain(one.written)
    beside = [
        f"subdirectory={one.subdirectory}" if one.subdirectory else "",
        f"[{','.join(one.extras)}]" if one.extras else "",
        f"; {one.marker}" if one.marker else "",
    ]
    untold = [text for text in beside if _plain(text) not in written]
    return " ".join([one.written, *untold, *_hashes(digest for digest in one.hashes if digest.value not in written)])


def _constraint(one: Reference) -> str:
    """The same with the name of its project first, whose constraint it is: ``NAME @ ...``."""
    text = _reference(one)
    head, _, rest = text.partition("@")
    return f"{one.name} @ {rest.lstrip() if canonicalize_name(head.strip()) == one.name else text}"


def _plain(text: str) -> str:
    """Without what a requirement may be written with or without: blanks, and one or the other kind of quotes."""
    return "".join(text.split()).replace("'", '"').lower()
