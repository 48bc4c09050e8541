"""A build backend in one file: reads [project], packs the folder ``src``, needs nothing but Python."""

import base64
import hashlib
import pathlib
import tarfile
import tomllib
import zipfile


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    return write_wheel(wheel_directory)


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    project = read_project()
    info = pathlib.Path(metadata_directory, f"{stem(project)}.dist-info")
    info.mkdir()
    info.joinpath("METADATA").write_text(metadata(project))
    return info.name


def build_sdist(sdist_directory, config_settings=None):
    project = read_project()
    root = stem(project)
    pathlib.Path("PKG-INFO").write_text(metadata(project))
    with tarfile.open(pathlib.Path(sdist_directory, f"{root}.tar.gz"), "w:gz") as archive:
        archive.add(".", root)
    return f"{root}.tar.gz"


def write_wheel(folder, tag="py3-none-any", more=None, project=None):
    """Pack ``src`` and ``more`` (name to bytes); backends that wrap this one give a tag or a project of their own."""
    project = project or read_project()
    info = f"{stem(project)}.dist-info"
    purelib = str(tag.endswith("-none-any")).lower()
    files = {
        path.relative_to("src").as_posix(): path.read_bytes() for path in sorted(pathlib.Path("src").rglob("*.py"))
    }
    files |= more or {}
    files[f"{info}/METADATA"] = metadata(project).encode()
    files[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: tiny\nRoot-Is-Purelib: {purelib}\nTag: {tag}\n".encode()
    if scripts := project.get("scripts"):
        lines = ["[console_scripts]", *(f"{name} = {place}" for name, place in scripts.items()), ""]
        files[f"{info}/entry_points.txt"] = "\n".join(lines).encode()
    files[f"{info}/RECORD"] = "".join([*map(record_line, files, files.values()), f"{info}/RECORD,,\n"]).encode()
    name = f"{stem(project)}-{tag}.whl"
    with zipfile.ZipFile(pathlib.Path(folder, name), "w") as wheel:
        for path, data in files.items():
            wheel.writestr(zipfile.ZipInfo(path), data)
    return name


def record_line(path, data):
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(data)}\n"


def read_project():
    return tomllib.loads(pathlib.Path("pyproject.toml").read_text())["project"]


def stem(project):
    return f"{project['name'].replace('-', '_')}-{project['version']}"


def metadata(project, version="2.4"):
    lines = [f"Metadata-Version: {version}", f"Name: {project['name']}", f"Version: {project['version']}"]
    if python := project.get("requires-python"):
        lines.append(f"Requires-Python: {python}")
    lines += [f"Requires-Dist: {requirement}" for requirement in project.get("dependencies", ())]
    for extra, requirements in project.get("optional-dependencies", {}).items():
        lines.append(f"Provides-Extra: {extra}")
        lines += [f"Requires-Dist: {with_extra(requirement, extra)}" for requirement in requirements]
    return "\n".join([*lines, ""])


def with_extra(requirement, extra):
    requirement, _, marker = requirement.partition(";")
    both = f"({marker.strip()}) and " if marker else ""
    return f'{requirement.strip()} ; {both}extra == "{extra}"'
