import tinybackend
from tinybackend import build_sdist, prepare_metadata_for_build_wheel  # noqa: F401


def get_requires_for_build_wheel(config_settings=None):
    return ["extratool>=1"]


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    import extratool

    made_with = f'MADE_WITH = "{extratool.name()}"\n'.encode()
    return tinybackend.write_wheel(wheel_directory, more={"dynamic_made_with.py": made_with})
