"""Values of variables are told by the names of their variables, wherever in a URL they turn up again."""

from __future__ import annotations

import pytest

from wheelforge.errors import IndexAccessError
from wheelforge.model.secrets import Secrets

ENVIRON = {
    "T": "abc",
    "LONG": "l0ng-secret",
    "SPACE": "l0ng secret/inner",
    "HOST": "files.secret.example",
    "SERVER": "files.secret.example:8080",
    "ALL": "https://me:sesame@all.secret.example/abc/simple/",
    "AT": "https://me@at.secret.example/x@v1",
    "PORT": ":8080",
    "EMPTY": "",
}


@pytest.mark.parametrize(
    ("written", "text", "told"),
    [
        ("https://h/${T}/simple", "cannot read https://h/abc/x/: 503", "cannot read https://h/${T}/x/: 503"),
        ("https://h/${T}/simple", "https://h/abcd/x, https://h/xabc", "https://h/abcd/x, https://h/xabc"),
        ("https://h/${T}/simple", "abc is a project", "abc is a project"),
        ("https://h/py-${T}/simple", "https://h/py-abc/x", "https://h/py-${T}/x"),
        ("https://h/?key=${T}", "https://h/?key=abc", "https://h/?key=${T}"),
        (
            "https://h/${LONG}/simple",
            "moved to https://other/x-L0NG-secret.whl",
            "moved to https://other/x-${LONG}.whl",
        ),
        ("https://h/${SPACE}/simple", "https://h/l0ng%20secret/inner/", "https://h/${SPACE}/"),
        ("https://h/${SPACE}/simple", "https://h/l0ng%20secret%2Finner/", "https://h/${SPACE}/"),
        ("https://${HOST}/simple", "files.secret.example: silent", "${HOST}: silent"),
        ("https://${SERVER}/simple", "the index files.secret.example", "the index ${SERVER}"),
        ("https://${HOST}:80/simple", "https://files.secret.example:80/x", "https://${HOST}:80/x"),
        ("${ALL}", "https://all.secret.example/abc/files/x.whl: silent", "${ALL}: silent"),
        ("${ALL}", "https://all.secret.example/abc/simple/x/: silent", "${ALL}/x/: silent"),
        ("${ALL}", "https://all.secret.example/abc/simpler", "${ALL}"),
        ("${ALL}", "the index all.secret.example, 'https://all.secret.example/abc'", "the index ${ALL}, '${ALL}'"),
        ("x @ ${AT} ; os_name == 'nt'", "at.secret.example has no /v1/", "${AT} has no /v1/"),
        ("https://h${PORT}/x", "https://h:8080/, https://other/", "https://h${PORT}/, https://other/"),
        ("https://${T}:${LONG}@h/${EMPTY}/${UNSET}", "https://h/abc/l0ng-secret", "https://h/abc/l0ng-secret"),
        ("${LONG}/requirements.txt", "l0ng-secret/x", "l0ng-secret/x"),
    ],
)
def test_a_value_is_told_by_its_variable(written: str, text: str, told: str) -> None:
    secrets = Secrets.of(written, ENVIRON)
    assert (secrets.masked(text), secrets.are_in(text)) == (told, told != text)


def test_several_count_together_and_none_shows_itself() -> None:
    secrets = Secrets.of("https://h/${T}", ENVIRON) | Secrets.of("https://${HOST}", ENVIRON)
    assert secrets.masked("https://files.secret.example/abc/x") == "https://${HOST}/${T}/x"
    assert "abc" not in repr(secrets)


def test_an_error_tells_none() -> None:
    secrets = Secrets.of("https://h/${T}", ENVIRON)
    with pytest.raises(IndexAccessError, match=r"^cannot read https://h/\$\{T\}/x$") as caught, secrets.kept():
        raise IndexAccessError("cannot read https://h/abc/x", hint="see https://h/abc")
    assert (caught.value.message, caught.value.hint) == ("cannot read https://h/${T}/x", "see https://h/${T}")
