"""What has failed is raised in one go, each fault told once."""

from __future__ import annotations

import pytest

from wheelforge.errors import BuildError
from wheelforge.factory.failures import UnitsFailed, raise_failures

FAULT, OTHER = BuildError("a 1: build_wheel failed"), BuildError("b 1: build_wheel failed", hint="look at its log")


def test_where_nothing_failed_nothing_is_raised() -> None:
    raise_failures({})


def test_one_failure_is_raised_as_it_is() -> None:
    with pytest.raises(BuildError) as caught:
        raise_failures({"a-1.tar.gz": FAULT})
    assert caught.value is FAULT


def test_several_are_told_together_and_the_same_once() -> None:
    with pytest.raises(UnitsFailed) as caught:
        raise_failures({"c-1.tar.gz": FAULT, "b-1.tar.gz": OTHER, "a-1.tar.gz": FAULT})
    assert caught.value.message == f"{FAULT.message}\n{OTHER.message}"
    assert caught.value.hint == OTHER.hint
    assert list(caught.value.failures) == ["a-1.tar.gz", "b-1.tar.gz", "c-1.tar.gz"]
