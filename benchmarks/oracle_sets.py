"""Real requirement sets, and the targets that they are resolved for: what the oracle is asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """One target, in our words and in uv's."""

    target: str
    python: str
    platform: str


AIMS = (
    Aim(target="cp3_11_9-manylinux_2_28_x86_64", python="3.11.9", platform="x86_64-manylinux_2_28"),
    Aim(target="cp3_13_5-manylinux_2_28_x86_64", python="3.13.5", platform="x86_64-manylinux_2_28"),
    Aim(target="cp3_11_9-win_amd64", python="3.11.9", platform="x86_64-pc-windows-msvc"),
    Aim(target="cp3_13_5-macosx_14_0_arm64", python="3.13.5", platform="aarch64-apple-darwin"),
)
"""Exact releases, so that both answer for the same: uv reads ``3.11`` as 3.11.0, we as any 3.11."""

SETS = {
    "aiohttp": "aiohttp[speedups]",
    "airflow": "apache-airflow[celery,postgres,redis]",
    "ansible": "ansible",
    "backtrack-botocore": "boto3 s3fs",
    "backtrack-flask": "flask werkzeug<3.1",
    "backtrack-fastapi": "starlette<=0.36.0 fastapi<=0.115.2",
    "backtrack-jinja": "jinja2<3.1 flask",
    "backtrack-protobuf": "protobuf<4 grpcio-status grpcio-tools",
    "backtrack-requests": "requests urllib3<1.27",
    "backtrack-sphinx": "sphinx docutils<0.18 sphinx-rtd-theme",
    "backtrack-tensorboard": "tensorboard markdown<3.4",
    "black": "black[d,jupyter]",
    "celery": "celery[redis] flower kombu",
    "cryptography": "cryptography paramiko pyopenssl",
    "dask": "dask[complete] distributed",
    "datasette": "datasette datasette-vega sqlite-utils",
    "django": "django djangorestframework celery psycopg[binary] gunicorn django-filter whitenoise",
    "fastapi": "fastapi[standard] sqlalchemy alembic",
    "flask": "flask flask-sqlalchemy flask-login gunicorn",
    "geo": "geopandas rasterio shapely folium",
    "hatch": "hatch",
    "home-assistant": "aiohttp aiodns zeroconf pillow cryptography orjson sqlalchemy voluptuous pyyaml ulid-transform",
    "httpx": "httpx[http2,socks,brotli,zstd]",
    "ipython": "ipython matplotlib seaborn",
    "jupyterlab": "jupyterlab",
    "langchain": "langchain openai tiktoken",
    "lint": "mypy ruff pylint flake8 isort",
    "mkdocs": "mkdocs-material mkdocstrings[python]",
    "nltk": "nltk spacy gensim",
    "notebook": "notebook<7 nbconvert",
    "pandas": "pandas[excel,parquet,performance]",
    "pdm": "pdm",
    "poetry": "poetry",
    "pre-commit": "pre-commit tox nox",
    "pydantic": "pydantic[email] pydantic-settings pydantic-extra-types[all]",
    "pytest": "pytest pytest-xdist pytest-cov hypothesis",
    "requests": "requests[socks] beautifulsoup4 lxml",
    "scikit-learn": "scikit-learn pandas statsmodels",
    "scrapy": "scrapy",
    "sphinx": "sphinx furo myst-parser",
    "sqlalchemy": "sqlalchemy[asyncio,postgresql] alembic asyncpg",
    "streamlit": "streamlit altair",
    "twine": "twine build cibuildwheel",
    "twisted": "twisted[tls,http2,conch]",
}
"""By name: requirements as one would type them, parted by blanks."""
