"""The keyring is asked as pip asks it: its module first, then its program."""

from __future__ import annotations

import os
import shlex
import sys
from typing import TYPE_CHECKING

import pytest

from wheelforge.cli.keyrings import find_keyring
from wheelforge.process.runner import Runner
from wheelforge.settings.settings import KeyringProvider
from wheelforge.simple.logins import Credentials, KeyringFailed

if TYPE_CHECKING:
    from pathlib import Path

MODULE = """
from types import SimpleNamespace
def get_credential(service, user):
    if service == "broken":
        raise OSError("secret")
    return SimpleNamespace(username=user or "me", password="module") if service == "known" else None
"""
PROGRAM = """
import json, sys
assert sys.argv[1:4] == ["--mode=creds", "--output=json", "get"], sys.argv
service, *user = sys.argv[4:]
if service == "garbled":
    print("secret")
elif service == "known":
    print(json.dumps({"username": (user or ["me"])[0], "password": "program"}))
else:
    sys.exit(1)
"""


def ask(provider: KeyringProvider, service: str = "known", user: str | None = None) -> Credentials | None:
    asked = find_keyring(provider, Runner())
    assert asked is not None
    return asked(service, user)


@pytest.fixture(autouse=True)
def without_keyring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the module nor the program of this machine."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "keyring.py").write_text(MODULE)
    monkeypatch.delitem(sys.modules, "keyring")
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.fixture
def program(tmp_path: Path) -> None:
    path = tmp_path / "keyring"
    answers = tmp_path / "answers.py"
    answers.write_text(PROGRAM)
    # The interpreter may stand in a path with a blank, which no first line of a script can name.
    path.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(answers))} "$@"\n')
    path.chmod(0o755)
    assert os.access(path, os.X_OK)


@pytest.mark.usefixtures("module", "program")
def test_the_module_comes_first() -> None:
    assert ask(KeyringProvider.AUTO) == Credentials("me", "module")
    assert ask(KeyringProvider.IMPORT, user="you") == Credentials("you", "module")
    assert ask(KeyringProvider.AUTO, "unknown") is None


@pytest.mark.usefixtures("module", "program")
def test_the_program_can_be_asked_for() -> None:
    assert ask(KeyringProvider.SUBPROCESS, user="you") == Credentials("you", "program")
    assert ask(KeyringProvider.SUBPROCESS, "unknown") is None


@pytest.mark.usefixtures("program")
def test_without_the_module_the_program_is_asked() -> None:
    assert ask(KeyringProvider.AUTO) == Credentials("me", "program")


def test_where_there_is_neither_nothing_is_known() -> None:
    assert ask(KeyringProvider.AUTO) is None


@pytest.mark.parametrize("provider", [KeyringProvider.IMPORT, KeyringProvider.SUBPROCESS])
def test_one_that_was_asked_for_by_name_and_is_not_there_is_told(provider: KeyringProvider) -> None:
    with pytest.raises(KeyringFailed, match=f"there is no keyring for --keyring-provider {provider.value}"):
        ask(provider)


def test_a_disabled_keyring_is_none() -> None:
    assert find_keyring(KeyringProvider.DISABLED, Runner()) is None


@pytest.mark.usefixtures("module", "program")
def test_what_goes_wrong_is_told_without_what_was_said() -> None:
    with pytest.raises(KeyringFailed, match=r"^it fails with OSError$"):
        ask(KeyringProvider.AUTO, "broken")
    with pytest.raises(KeyringFailed, match=r"^keyring answers with what are no credentials$"):
        ask(KeyringProvider.SUBPROCESS, "garbled")
