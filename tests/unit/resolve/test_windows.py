"""No version that fits lies outside its window."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from wheelforge.resolve.windows import Windows

RELEASES = ("0.9", "1", "1.0.1", "1.1", "2", "1!1")
SUFFIXES = ("", ".dev1", "a1", "rc2", ".post1", ".post1.dev2", "rc1.post3")
LOCALS = ("", "+cpu", "+2")

versions = st.builds(
    "{}{}{}".format, st.sampled_from(RELEASES), st.sampled_from(SUFFIXES), st.sampled_from(LOCALS)
).map(Version)
public = versions.map(lambda version: version.public)
clauses = st.one_of(
    st.builds("{}{}".format, st.sampled_from([">=", ">", "<=", "<", "==", "!=", "==="]), public),
    st.builds("=={}".format, versions),
    st.builds("{}{}.*".format, st.sampled_from(["==", "!="]), st.sampled_from(RELEASES)),
    st.builds("~={}{}".format, st.sampled_from(["1.0", "1.0.1", "0.9"]), st.sampled_from(SUFFIXES)),
)


@given(st.lists(versions, unique=True), st.lists(clauses, max_size=3))
def test_no_version_that_fits_lies_outside(found: list[Version], asked: list[str]) -> None:
    row, specifier = sorted(found), SpecifierSet(",".join(asked))
    start, stop = Windows(row).window(specifier)
    assert 0 <= start <= stop <= len(row)
    assert not [version for version in (*row[:start], *row[stop:]) if specifier.contains(version, prereleases=True)]


def test_of_a_long_row_a_narrow_specifier_leaves_little() -> None:
    row = [Version(f"1.{minor}") for minor in range(1000)]
    windows = Windows(row)
    assert windows.window(SpecifierSet(">=1.10,<1.12")) == (10, 12)
    assert windows.window(SpecifierSet("==1.500")) == (500, 501)
    assert windows.window(SpecifierSet(">1.10,<1.5")) == (11, 11)
    assert windows.window(SpecifierSet()) == (0, 1000)
