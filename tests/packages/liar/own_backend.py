import tinybackend


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    return tinybackend.write_wheel(wheel_directory, project=tinybackend.read_project() | {"version": "9.9"})
