"""Core metadata of every age is read, and what is wrong in it is told with the file's name."""

from __future__ import annotations

import pytest
from packaging.version import Version

from archives_fixture import metadata
from wheelforge.archives.headers import read_headers
from wheelforge.errors import ExitCode
from wheelforge.metadata.core import InvalidMetadata, dynamic_fields, metadata_version, parse_metadata
from wheelforge.model.metadata import Metadata, Surety

ORIGIN = "demo-1.0-py3-none-any.whl"


def read(data: bytes) -> Metadata:
    return parse_metadata(data, surety=Surety.WHEEL, origin=ORIGIN)


def test_the_fields_that_resolution_needs_are_read() -> None:
    found = read(
        metadata(
            "Demo_App",
            "1.0.post1",
            "Requires-Python: >=3.9",
            "Provides-Extra: Fast_IO",
            'Requires-Dist: b>=2; extra == "fast-io"',
            "Requires-Dist: a (>=1,<2)",
            "X-Unknown: whatever",
        )
    )
    assert (found.name, found.version) == ("demo-app", Version("1.0.post1"))
    assert [str(one) for one in found.requires] == ['b>=2; extra == "fast-io"', "a<2,>=1"]
    assert found.requires_python == ">=3.9"
    assert found.extras == {"fast-io"}
    assert found.surety is Surety.WHEEL


@pytest.mark.parametrize("line", ["Requires-Python: >=3.6.*", "Requires-Python: about 3", "Requires-Python:"])
def test_a_requires_python_that_is_no_specifier_is_passed_over_as_pip_does(line: str) -> None:
    assert read(metadata("demo", "1.0", line)).requires_python is None


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "it has no Name"),
        (b"Name: demo\n", "it has no Version"),
        (metadata("demo!", "1.0"), "'demo!' is no name"),
        (metadata("demo", "one"), "'one' is no version"),
        (metadata("demo", "1" * 5000), "1...' is no version"),
        (metadata("demo", "1.0", "Requires-Dist: a; " + "(" * 3000), "(...' is no requirement"),
        (metadata("demo", "1.0", "Requires-Dist: a >= one"), "'a >= one' is no requirement"),
        (metadata("demo", "1.0", "Requires-Dist: ../evil"), "'../evil' is no requirement"),
        (metadata("demo", "1.0", "Requires-Dist: a; 'b' in extras"), "its marker asks for `extras`"),
        (metadata("demo", "1.0", f"Requires-Dist: a; {'(' * 3000}os_name=='x'{')' * 3000}"), "nested too deeply"),
        (metadata("demo", "1.0", 'Provides-Extra: x" or "'), "is no name"),
    ],
)
def test_what_is_wrong_is_told_with_its_origin(data: bytes, fault: str) -> None:
    with pytest.raises(InvalidMetadata) as caught:
        read(data)
    assert fault in caught.value.message
    assert caught.value.origin == ORIGIN
    assert ORIGIN in caught.value.message
    assert caught.value.exit_code is ExitCode.RESOLUTION


def test_the_description_is_no_metadata() -> None:
    data = metadata() + b"\nRequires-Dist: evil\n"
    assert read(data).requires == ()


@pytest.mark.parametrize(
    ("text", "version"), [("2.10", (2, 10)), ("1.0", (1, 0)), ("", (0, 0)), ("2", (0, 0)), ("9" * 9999 + ".1", (0, 0))]
)
def test_a_metadata_version_is_two_numbers(text: str, version: tuple[int, int]) -> None:
    assert metadata_version(read_headers(f"Metadata-Version: {text}\n".encode())) == version


def test_dynamic_fields_have_no_case() -> None:
    headers = read_headers(b"Dynamic: Requires-Dist\nDynamic: requires-python\n")
    assert dynamic_fields(headers) == {"requires-dist", "requires-python"}
