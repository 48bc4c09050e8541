"""A lock comes back as it went, and nothing hostile in one is believed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unit.formats.sample_lock import CLICK, FLASK, FLIT, KEY, TARGET, UNIT, built, file, locks, pin, sample, wheelhouse
from wheelforge.errors import IntegrityError, UsageError, WheelforgeError
from wheelforge.formats.lock import dump_lock, load_lock
from wheelforge.model.direct import DirectUrl, VcsInfo
from wheelforge.model.lock import BuildEnvironment, Cycle, ExpectedShape, Lock, LockedArtifact, LockedTarget
from wheelforge.model.shape import Shape
from wheelforge.model.treatment import Treatment

if TYPE_CHECKING:
    from random import Random

ORIGIN = "folder/wheelforge.lock"


def refused(before: str, after: str, fault: type[WheelforgeError]) -> str:
    """What is said of the sample where one thing in it is another."""
    data = dump_lock(sample()).decode()
    assert before in data
    with pytest.raises(fault) as caught:
        load_lock(data.replace(before, after, 1).encode(), origin=ORIGIN)
    return caught.value.message


@given(locks())
def test_a_lock_comes_back_as_it_went(lock: Lock) -> None:
    data = dump_lock(lock)
    assert load_lock(data, origin=ORIGIN) == lock
    assert dump_lock(load_lock(data, origin=ORIGIN)) == data


def test_what_was_built_comes_back() -> None:
    lock = wheelhouse(built("flask-3.0.3-py3-none-any.whl"))
    assert load_lock(dump_lock(lock), origin=ORIGIN) == lock


def test_the_order_of_the_parts_does_not_change_the_bytes() -> None:
    lock = sample()
    shuffled = replace(
        lock,
        artifacts=lock.artifacts[::-1],
        targets=tuple(replace(target, pins=target.pins[::-1]) for target in lock.targets),
    )
    assert dump_lock(shuffled) == dump_lock(lock)


def test_a_requirement_keeps_its_hashes() -> None:
    inputs = replace(sample().inputs, requirements=(HASHED,))
    assert load_lock(dump_lock(sample(inputs=inputs)), origin=ORIGIN).inputs == inputs


def test_keys_are_kebab_case_and_what_is_absent_has_no_key() -> None:
    text = dump_lock(sample()).decode()
    assert "upload-time = " in text
    assert "build-only = true" in text
    assert "build-constraints" not in text
    assert "built" not in text
    assert "complete = true" in text


def test_an_incomplete_lock_says_so_and_why() -> None:
    text = dump_lock(sample(incomplete=("flask: its hook could not be asked",))).decode()
    assert "complete = false" in text
    assert "flask: its hook could not be asked" in text


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param('lock-version = "1.0"\n', "", "lock-version: missing", id="no version"),
        pytest.param('"1.0"', '"x"', "lock-version: missing, or not a version", id="version is none"),
        pytest.param('"1.0"', '"1.1"', "lock-version: 1.1 is not known here", id="newer version"),
        pytest.param("[inputs]", "[inputs", "not a TOML file", id="not TOML"),
        pytest.param("[inputs]", f"x = {'[' * 5000}\n[inputs]", "not a TOML file", id="nested without end"),
        pytest.param('kind = "sdist"', 'kind = "egg"', "artifacts[1].kind: Invalid enum value", id="kind"),
        pytest.param("size = 1234", "size = -1", "artifacts[0].size: Expected `int` >= 0", id="size"),
        pytest.param("size = 1234", 'size = "1"', "artifacts[0].size: Expected `int`", id="type"),
        pytest.param("order = 0\n", "", "units[0]: Object missing required field `order`", id="missing key"),
        pytest.param("order = 0", "order = 0\nodd = 1", "units[0]: Object contains unknown field `odd`", id="odd key"),
        pytest.param('"8.1.7"', '"eight"', "targets[0].pins[0].version: Invalid version", id="version"),
        pytest.param('"8.1.7"', "8.1", "targets[0].pins[0].version: Expected a version, got float", id="number"),
    ],
)
def test_what_is_no_lock_is_refused_with_its_key_path(before: str, after: str, told: str) -> None:
    assert refused(before, after, UsageError).startswith(f"{ORIGIN}: {told}")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param(
            'filename = "flask-3.0.3.tar.gz"', f'filename = "{name}"', f"artifacts[1].filename: {shown}", id=name
        )
        for name, shown in [
            ("../flask-3.0.3.tar.gz", "'../flask-3.0.3.tar.gz' is not a bare file name"),
            ("/flask-3.0.3.tar.gz", "'/flask-3.0.3.tar.gz' is not a bare file name"),
            ("a\\\\flask-3.0.3.tar.gz", "'a\\\\flask-3.0.3.tar.gz' is not a bare file name"),
            (".tar.gz", "'.tar.gz' is not a bare file name"),
            ("", "'' is not a bare file name"),
            ("flask\\u001B-3.0.3.tar.gz", "'flask -3.0.3.tar.gz' is not a bare file name"),
        ]
    ]
    + [
        pytest.param('"click-8.1.7-py3', '"clack-8.1.7-py3', "targets[0].pins[0].artifact: 'clack", id="not listed"),
        pytest.param('kind = "sdist"', 'kind = "wheel"', "artifacts[1].kind: 'flask-3.0.3.tar.gz' is", id="kind"),
        pytest.param('"abab', '"ABAB', "artifacts[0].sha256: 'ABAB", id="hash in capitals"),
        pytest.param('"abab', '"ab', "artifacts[0].sha256: 'abab", id="hash too short"),
        pytest.param("//files", "//u:pw@files", "artifacts[0].url: 'https://****@files", id="credentials"),
        pytest.param("https://files.example", "file://", "artifacts[0].url: 'file://", id="local URL"),
        pytest.param("files.example", "[", "artifacts[0].url: ", id="broken URL"),
        pytest.param(f'environment = "{KEY}"', 'environment = "x"', "units[0].environment: 'x'", id="environment"),
        pytest.param(f'key = "{KEY}"', 'key = "../x"', "environments[0].key: '../x' is not 16", id="key"),
        pytest.param("order = 0", "order = 1", "units: their orders are not 0 to 0, each once", id="order"),
        pytest.param(f'name = "{TARGET}"', 'name = "../x"', "targets[0].name: '../x' is not the", id="target"),
        pytest.param('"cpython"', "\"c' or '\"", "targets[0].environment: ", id="marker that breaks out"),
        pytest.param(
            '"click>=8.1.3"', '"!!!"', "targets[0].pins[1].requires[0]: '!!!' is not a requirement", id="requirement"
        ),
        pytest.param(
            '"flit_core<4"', '"-r x"', "units[0].requires[0].requirement: '-r x' is not", id="build requirement"
        ),
        pytest.param('"click<9"', '"click<"', "inputs.requirements[1]: 'click<' is not a requirement", id="input"),
        pytest.param(
            '"click<9"', '"click --hash=md5:00"', "inputs.requirements[1]: ' --hash=md5:00' is not made", id="hash"
        ),
        pytest.param(
            '"click<9"', f'"click; {"(" * 3000}"', "inputs.requirements[1]: 'click; ((", id="requirement without end"
        ),
        pytest.param('"flit_core.', '"\\u001B[2Jflit_core.', "units[0].backend: ' [2Jflit_core.", id="escape sequence"),
        pytest.param('"default"', '"de\\u202Efault"', "artifacts[0].index: 'de fault' holds", id="hidden character"),
        pytest.param("[inputs.options]", '[inputs.options]\n"\\u0007" = true', "inputs.options: ", id="hidden key"),
        pytest.param("complete = true", "complete = false", "complete: false contradicts", id="complete"),
        pytest.param(
            "[[targets]]", '[[targets]]\nincomplete = ["why"]', "targets.", id="incomplete for a target alone"
        ),
    ],
)
def test_a_lock_that_contradicts_itself_is_refused_with_its_key_path(before: str, after: str, told: str) -> None:
    message = refused(before, after, IntegrityError)
    assert message.startswith(f"{ORIGIN}: {told}")
    assert "u:pw" not in message


def changed(bent: LockedArtifact, **changes: object) -> Lock:
    """The sample with one file that is bent."""
    fields: dict[str, Any] = {**changes}
    return sample(artifacts=tuple(replace(one, **fields) if one is bent else one for one in (CLICK, FLASK, FLIT)))


def expected(**changes: object) -> ExpectedShape:
    """What the index's wheel of the sample's sdist holds."""
    fields: dict[str, Any] = {
        "artifact": FLASK.filename,
        "wheel": "flask-3.0.3-py3-none-any.whl",
        "shape": Shape(tags=("py3-none-any",), modules=("flask",), entry_points=("console_scripts: flask",)),
    }
    return ExpectedShape(**fields | changes)


def cyclic(*path: str, avoids: str) -> Lock:
    """The sample with a cycle that its one environment is said to break."""
    return sample(units=(replace(UNIT, cycles=(Cycle(path=path, avoids=avoids),)),))


def treated(treatment: Treatment) -> Lock:
    """The sample whose one unit is treated so."""
    return sample(units=(replace(UNIT, treatment=treatment),))


FALLBACK = file("flask-3.0.3-py3-none-any.whl", fallback=True, provenance="https://files.example/flask.provenance")
COMMIT = "0123456789" * 4
WHEEL_OF_OTHER = replace(CLICK, filename="clack-8.1.7-py3-none-any.whl")
HASHED = f"click<9 --hash=sha256:{'ab' * 32} --hash=sha384:{'cd' * 48} --hash=sha512:{'ef' * 64}"
ENVIRONMENT = BuildEnvironment(key=KEY, pins=(pin(FLIT),))


@pytest.mark.parametrize(
    ("lock", "told"),
    [
        pytest.param(sample(artifacts=(CLICK, CLICK, FLASK, FLIT)), "artifacts: filename", id="file twice"),
        pytest.param(sample(artifacts=(WHEEL_OF_OTHER, CLICK, FLASK, FLIT)), "artifacts[0].filename", id="other wheel"),
        pytest.param(sample(environments=(ENVIRONMENT, ENVIRONMENT)), "environments: key", id="environment twice"),
        pytest.param(
            sample(targets=(LockedTarget(name=TARGET, environment={}, pins=(pin(CLICK), pin(CLICK))),)),
            "targets[0].pins: name 'click' occurs 2 times",
            id="pin twice",
        ),
        pytest.param(
            sample(targets=(LockedTarget(name=TARGET, environment={}, pins=(replace(pin(CLICK), name=FLASK.name),)),)),
            "targets[0].pins[0].artifact: 'click-8.1.7-py3-none-any.whl' is not 'flask' 8.1.7",
            id="pin of another",
        ),
        pytest.param(
            sample(units=(replace(UNIT, artifact=CLICK.filename, name=CLICK.name, version=CLICK.version),)),
            "units[0].artifact: 'click-8.1.7-py3-none-any.whl' is not an sdist",
            id="unit of a wheel",
        ),
        pytest.param(sample(built=(built("flask-3.0.3-py3-none-any.whl"),)), "built: a collected folder", id="built"),
        pytest.param(sample(units=(replace(UNIT, backend="a\x1b"),)), "units[0].backend: ", id="unprintable"),
        pytest.param(
            cyclic("flask 3.0.3", "flit-core 3.9.0", avoids="flit-core==3.8"),
            "units[0].cycles[0].path: 'flask 3.0.3 -> flit-core 3.9.0' does not lead back",
            id="open cycle",
        ),
        pytest.param(cyclic(avoids="flit-core==3.8"), "units[0].cycles[0].path: '' does not", id="empty cycle"),
        pytest.param(
            cyclic("flask 3.0.3", "flask 3.0.3", avoids="flit-core==3.9.0"),
            "units[0].cycles[0].avoids: the environment holds 'flit-core==3.9.0'",
            id="cycle that is not broken",
        ),
        pytest.param(cyclic("a 1", "a 1", avoids="==1"), "units[0].cycles[0].avoids: '==1' is not", id="cycle of what"),
        pytest.param(
            treated(Treatment(environment={"LD_PRELOAD": "x"})),
            "units[0].env.LD_PRELOAD: LD_PRELOAD steers",
            id="loader",
        ),
        pytest.param(
            treated(Treatment(environment={"A=B": "x"})), "units[0].env.A=B: 'A=B' is no name", id="no variable"
        ),
        pytest.param(treated(Treatment(environment={"": "x"})), "units[0].env.: '' is no name", id="nameless variable"),
        pytest.param(
            treated(Treatment(environment={"A": "https://u:pw@h.example/"})),
            "units[0].env.A: 'https://****@h.example/' holds credentials",
            id="variable with credentials",
        ),
        pytest.param(
            treated(Treatment(settings={"a": ("b", "https://pw@h.example/")})),
            "units[0].config-settings.a: 'https://**@h.example/' holds credentials",
            id="setting with credentials",
        ),
        pytest.param(
            treated(Treatment(settings={"a": "b\t"})), "units[0].config-settings.a: ", id="unprintable setting"
        ),
        pytest.param(sample(units=(UNIT, UNIT)), "units: their orders are not 0 to 1", id="order twice"),
        pytest.param(changed(CLICK, targets=("cp99",)), "artifacts[0].targets: 'cp99' is not among", id="no target"),
        pytest.param(
            changed(CLICK, targets=(TARGET, TARGET)), f"artifacts[0].targets: name '{TARGET}' occurs", id="target twice"
        ),
        pytest.param(
            changed(FLIT, targets=(TARGET,)), "artifacts[2].targets: what only builds need", id="target of builds"
        ),
        pytest.param(changed(CLICK, fallback=True), "artifacts[0].fallback: there is no sdist", id="no fallback"),
        pytest.param(changed(FLASK, fallback=True), "artifacts[1].fallback: there is no sdist", id="fallback sdist"),
        pytest.param(
            changed(CLICK, provenance="https://u:pw@files.example/p"),
            "artifacts[0].provenance: 'https://****@files.example/p' holds credentials",
            id="provenance with credentials",
        ),
        pytest.param(changed(CLICK, provenance="file:///p"), "artifacts[0].provenance: ", id="local provenance"),
        pytest.param(sample(expected=(expected(artifact=CLICK.filename),)), "expected[0].artifact: ", id="no sdist"),
        pytest.param(sample(expected=(expected(artifact="x-1.tar.gz"),)), "expected[0].artifact: ", id="unknown sdist"),
        pytest.param(
            sample(expected=(expected(wheel="flask-3.0.4-py3-none-any.whl"),)),
            "expected[0].wheel: 'flask-3.0.4-py3-none-any.whl' is not a wheel of 'flask' 3.0.3",
            id="wheel of another version",
        ),
        pytest.param(sample(expected=(expected(wheel=FLASK.filename),)), "expected[0].wheel: ", id="no wheel"),
        pytest.param(sample(expected=(expected(), expected())), "expected: wheel 'flask-3.0.3-py3", id="wheel twice"),
        pytest.param(
            sample(expected=(expected(shape=Shape(tags=("any",), modules=())),)),
            "expected[0].shape.tags[0]: 'any' is not a tag",
            id="tag",
        ),
    ],
)
def test_a_lock_that_contradicts_itself_is_not_written(lock: Lock, told: str) -> None:
    with pytest.raises(IntegrityError) as caught:
        dump_lock(lock)
    assert told in caught.value.message


def test_what_is_expected_of_builds_and_what_stands_in_for_them_comes_back() -> None:
    lock = sample(expected=(expected(),), artifacts=(CLICK, FALLBACK, FLASK, FLIT))
    assert load_lock(dump_lock(lock), origin=ORIGIN) == lock


def test_a_folder_laid_out_per_target_comes_back() -> None:
    lock = changed(CLICK, targets=(TARGET,))
    assert load_lock(dump_lock(lock), origin=ORIGIN) == lock


@pytest.mark.parametrize(
    "direct",
    [
        DirectUrl(url="https://files.example/flask.zip", subdirectory="src/flask"),
        DirectUrl(url="ssh://git@host.example/flask", vcs=VcsInfo(vcs="git", commit_id=COMMIT)),
        DirectUrl(url="libs/flask", directory=True),
        DirectUrl(url=".", directory=True),
        DirectUrl(url="flask@main", vcs=VcsInfo(vcs="git", commit_id=COMMIT, requested_revision="main")),
    ],
)
def test_a_place_comes_back(direct: DirectUrl) -> None:
    lock = changed(FLASK, direct=direct, url="")
    assert load_lock(dump_lock(lock), origin=ORIGIN) == lock


@pytest.mark.parametrize(
    ("direct", "told"),
    [
        (DirectUrl(url="https://u:pw@files.example/x"), "url: 'https://****@files.example/x' holds credentials"),
        (DirectUrl(url="https://u:p/w@files.example/x"), "url: 'https://*****@files.example/x' is neither the URL"),
        (DirectUrl(url="https://code@files.example/x"), "url: 'https://****@files.example/x' holds credentials"),
        (DirectUrl(url="ssh://g:pw@host.example/x"), "url: 'ssh://****@host.example/x' holds credentials"),
        (DirectUrl(url="ssh://host.example/x"), "url: 'ssh://host.example/x' is neither"),
        (DirectUrl(url="ftp://host.example/x"), "url: 'ftp://host.example/x' is neither"),
        (DirectUrl(url="https://[/x"), "url: 'https://[/x' is neither"),
        (DirectUrl(url="file:///home/me/x"), "url: 'file:///home/me/x' is neither"),
        (DirectUrl(url="/home/me/x"), "url: '/home/me/x' is neither"),
        (DirectUrl(url="~/x"), "url: '~/x' is neither"),
        (DirectUrl(url="C:\\Users\\me"), "url: 'C:\\\\Users\\\\me' is neither"),
        (DirectUrl(url="\\\\server\\share"), "url: "),
        (DirectUrl(url="../x"), "url: '../x' is neither"),
        (DirectUrl(url=""), "url: '' is neither"),
        (DirectUrl(url="x", subdirectory="/etc"), "subdirectory: '/etc' is not a folder inside"),
        (DirectUrl(url="x", subdirectory="a/../.."), "subdirectory: 'a/../..' is not a folder inside"),
        (DirectUrl(url="x", vcs=VcsInfo(vcs="git", commit_id="main")), "vcs.commit-id: 'main' is not a full commit"),
    ],
)
def test_a_place_that_tells_too_much_is_not_written(direct: DirectUrl, told: str) -> None:
    with pytest.raises(IntegrityError) as caught:
        dump_lock(changed(FLASK, direct=direct, url=""))
    assert caught.value.message.startswith(f"the lock to be written: artifacts[1].direct.{told}")
    assert "pw@" not in caught.value.message


@pytest.mark.parametrize(
    ("inputs", "where"),
    [
        ({"references": ("git+https://u:pw@host.example/x",)}, "references"),
        ({"references": ("x @ https://pw@host.example/x.zip",)}, "references"),
        ({"constraint_references": ("x @ https://pw@host.example/x.zip",)}, "constraint-references"),
        ({"locks": ("https://u:pw@host.example/pylock.toml sha256:00",)}, "locks"),
        ({"requirements": ("x @ https://u:pw@host.example/x.zip",)}, "requirements"),
        ({"options": {"indexes": ("a=https://u:pw@host.example/",)}}, "options.indexes"),
        ({"options": {"index": "https://u:pw@host.example/"}}, "options.index"),
    ],
)
def test_inputs_with_credentials_are_not_written(inputs: dict[str, Any], where: str) -> None:
    with pytest.raises(IntegrityError) as caught:
        dump_lock(sample(inputs=replace(sample().inputs, **inputs)))
    assert caught.value.message.startswith(f"the lock to be written: inputs.{where}: ")
    assert "holds credentials" in caught.value.message
    assert "pw" not in caught.value.message


def test_places_among_the_inputs_come_back() -> None:
    places = ("./libs/flask", "git+ssh://me@host.example/x@main", "x @ https://host.example/x@1.zip")
    inputs = replace(sample().inputs, references=places, locks=("uv.lock sha256:00",), overrides=("click<8",))
    assert load_lock(dump_lock(sample(inputs=inputs)), origin=ORIGIN).inputs == inputs


def test_an_override_is_a_requirement() -> None:
    with pytest.raises(IntegrityError, match=r"inputs\.overrides\[0\]: '!!!' is not a requirement"):
        dump_lock(sample(inputs=replace(sample().inputs, overrides=("!!!",))))


def test_very_many_contradictions_are_counted_and_not_all_told() -> None:
    many = tuple(replace(CLICK, filename=f"click-8.1.7-{n}-py3-none-any.whl", sha256="x") for n in range(100))
    with pytest.raises(IntegrityError) as caught:
        dump_lock(sample(artifacts=(CLICK, FLASK, FLIT, *many)))
    lines = caught.value.message.splitlines()
    assert len(lines) == 21
    assert lines[-1].endswith("and 80 more")


@given(st.binary())
def test_no_bytes_bring_anything_but_our_own_errors(data: bytes) -> None:
    with pytest.raises(WheelforgeError):
        load_lock(data, origin=ORIGIN)


@given(st.randoms(use_true_random=False))
def test_no_bent_lock_brings_anything_but_our_own_errors(random: Random) -> None:
    data = bytearray(dump_lock(sample()))
    for _ in range(3):
        data[random.randrange(len(data))] = random.randrange(256)
    with suppress(WheelforgeError):
        load_lock(bytes(data), origin=ORIGIN)
