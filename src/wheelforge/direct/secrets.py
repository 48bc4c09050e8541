"""Files that hold keys and passwords by their names: never packed unless a repository tracks them."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

_FOLDERS = frozenset({".aws", ".azure", ".gnupg", ".kube", ".ssh"})
_NAMES = frozenset(
    {
        *(".pypirc", ".netrc", "_netrc", ".pgpass", ".envrc", ".git-credentials", ".dockercfg"),
        *("id_rsa", "id_dsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk"),
    }
)
_ENVIRONMENT = re.compile(r"\.env([._-](?!(example|sample|template|dist)$).*)?")
"""``.env`` and ``.env.production``; a model of one has no secrets."""
_KEYS = frozenset({".pem", ".key"})
_PRIVATE = b"PRIVATE KEY-----"
_HEAD = 65536
"""Bytes in which a key begins: certificates may stand before it."""


def is_secret(path: str, top: Path) -> bool:
    """Whether a file of a folder is kept from what is packed of it; ``path`` has forward slashes.

    Of ``*.pem`` and ``*.key`` those that hold a private key, since certificates are no secrets.
    """
    *folders, name = PurePosixPath(path).parts
    if name in _NAMES or _ENVIRONMENT.fullmatch(name) or not _FOLDERS.isdisjoint(folders):
        return True
    return PurePosixPath(name).suffix in _KEYS and _holds_key(top / path)


def _holds_key(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return _PRIVATE in file.read(_HEAD)
    except OSError:  # whoever packs it will tell
        return False
