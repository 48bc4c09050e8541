import json
import os
import shutil

import tinybackend
from tinybackend import build_sdist, prepare_metadata_for_build_wheel  # noqa: F401


def get_requires_for_build_wheel(config_settings=None):
    return [] if shutil.which("ninja") else ["ninja"]


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    seen = {
        "settings": config_settings,
        "flavour": os.environ.get("FLAVOUR"),
        "ninja": shutil.which("ninja") is not None,
        "extratool": has("extratool"),
    }
    return tinybackend.write_wheel(wheel_directory, more={"treatable_seen.json": json.dumps(seen).encode()})


def has(module):
    try:
        __import__(module)
    except ImportError:
        return False
    return True
