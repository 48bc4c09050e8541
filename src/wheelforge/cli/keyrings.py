"""The user's keyring: as a module where it is installed, else as a program."""

from __future__ import annotations

import importlib
import json
import os
import shutil
from typing import TYPE_CHECKING, Any

from wheelforge.errors import WheelforgeError
from wheelforge.process.command import Command
from wheelforge.settings.settings import KeyringProvider
from wheelforge.simple.logins import Credentials, KeyringFailed

if TYPE_CHECKING:
    from wheelforge.process.runner import Runner
    from wheelforge.simple.logins import AskKeyring

_PROGRAM = "keyring"
_TIMEOUT = 60.0
"""Seconds: it may ask the user to unlock it."""


def find_keyring(provider: KeyringProvider, runner: Runner) -> AskKeyring | None:
    """What asks the keyring; ``None`` where it is not to be asked. Nothing is looked for before it is."""
    if provider is KeyringProvider.DISABLED:
        return None

    def ask(service: str, user: str | None) -> Credentials | None:
        if provider is not KeyringProvider.SUBPROCESS and (module := _module(provider)) is not None:
            return _ask_module(module, service, user)
        if provider is not KeyringProvider.IMPORT and (program := shutil.which(_PROGRAM)) is not None:
            return _ask_program(program, runner, service, user)
        if provider is KeyringProvider.AUTO:
            return None
        raise KeyringFailed(f"there is no {_PROGRAM} for --keyring-provider {provider.value}")

    return ask


def _module(provider: KeyringProvider) -> Any:  # noqa: ANN401 - keyring is an extra, and may not be here
    try:
        return importlib.import_module(_PROGRAM)
    except ImportError:
        return None
    except Exception as error:
        raise KeyringFailed(f"its module cannot be loaded for {provider.value} ({type(error).__name__})") from error


def _ask_module(module: Any, service: str, user: str | None) -> Credentials | None:  # noqa: ANN401 - see above
    try:
        found = module.get_credential(service, user)
    except Exception as error:  # whatever a backend of the keyring raises, whose text may hold secrets
        raise KeyringFailed(f"it fails with {type(error).__name__}") from error
    return None if found is None else Credentials(found.username, found.password)


def _ask_program(program: str, runner: Runner, service: str, user: str | None) -> Credentials | None:
    argv = (program, "--mode=creds", "--output=json", "get", service, *((user,) if user else ()))
    try:
        done = runner.capture(Command(argv=argv, env=os.environ | {"PYTHONIOENCODING": "utf-8"}), timeout=_TIMEOUT)
    except WheelforgeError as error:
        raise KeyringFailed(error.message) from error
    if done.returncode:
        return None
    try:
        said = json.loads(done.stdout)
        return Credentials(str(said["username"]), str(said["password"]))
    except (ValueError, KeyError, TypeError) as error:
        raise KeyringFailed(f"{_PROGRAM} answers with what are no credentials") from error
