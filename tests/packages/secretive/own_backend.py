import pathlib

import tinybackend


def project():
    return tinybackend.read_project() | {"dependencies": ["leaf<2"]}


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    info = pathlib.Path(metadata_directory, f"{tinybackend.stem(project())}.dist-info")
    info.mkdir()
    info.joinpath("METADATA").write_text(tinybackend.metadata(project()))
    return info.name


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    return tinybackend.write_wheel(wheel_directory, project=project())
