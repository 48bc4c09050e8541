"""The inputs as a lock remembers them, so that a later run can tell whether it is asked the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wheelforge.model.inputs import Prefer, Resolution
from wheelforge.model.lock import LockedInputs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wheelforge.model.inputs import Asked, Inputs


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
        "uploaded-prior-to": cutoff.isoformat() if cutoff is not None else "",
        "with-fallback": inputs.with_fallback,
        "align": inputs.align,
        "indexes": inputs.indexes,
        "index-pins": inputs.index_pins,
    }
    return LockedInputs(
        requirements=_texts(inputs.requirements),
        references=tuple(one.written for one in inputs.references),
        locks=tuple(f"{lock.origin} sha256:{lock.digest}" for lock in inputs.locks),
        constraints=_texts(inputs.constraints),
        overrides=_texts(inputs.overrides),
        build_constraints=_texts(inputs.build_constraints),
        options={name: value for name, value in sorted(options.items()) if value},
    )


def _texts(asked: Iterable[Asked]) -> tuple[str, ...]:
    return tuple(
        " ".join([str(one.requirement), *(f"--hash=sha256:{digest}" for digest in sorted(one.hashes))]) for one in asked
    )
