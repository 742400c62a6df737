"""The process's environment, and the sqlhosts file."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from informix_db._environment import environment_settings, find_listeners
from informix_db.exceptions import InterfaceError
from informix_db.params import ConnectParams, connect_params

SQLHOSTS = """\
# dbservername nettype host service options
on_plain   onsoctcp  db.example   9088
on_tls     onsocssl  db.example   9089   k=1   # encrypted
on_any     onsoctcp  *db2.example 1526
on_here    ontlitcp  *            1526
on_drda    drsoctcp  db.example   9090
on_memory  onipcshm  db.example   on_memory
on_service onsoctcp  db.example   no_such_service

cluster    group     -  -  i=1,e=on_c
on_a       onsoctcp  a.example    1  g=cluster
on_b       onsoctcp  b.example    2  s=6 g=cluster
on_other   onsoctcp  c.example    3  g=clusters
broken     onsoctcp
"""


@pytest.fixture
def sqlhosts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "etc" / "sqlhosts"
    path.parent.mkdir()
    path.write_text(SQLHOSTS)
    monkeypatch.setenv("INFORMIXSQLHOSTS", str(path))
    return path


def params(**arguments: Any) -> ConnectParams:
    return connect_params(user="joe", **arguments)


def test_nothing_is_needed() -> None:
    assert environment_settings({}) == {}


def test_settings() -> None:
    environ = {
        "INFORMIXSERVER": "on_plain",
        "CLIENT_LOCALE": "en_US.utf8",
        "DB_LOCALE": "en_US.819",
        "INFORMIXCONTIME": " 15 ",
        "INFORMIXCONRETRY": "2",
        "DBDATE": "DMY4/",
        "DELIMIDENT": "",
        "HOME": "/root",
    }
    assert environment_settings(environ) == {
        "server": "on_plain",
        "client_locale": "en_US.utf8",
        "db_locale": "en_US.819",
        "connect_timeout": 15,
        "connect_retries": 2,
        "env": {"DBDATE": "DMY4/", "DELIMIDENT": ""},
    }


def test_empty_and_zero() -> None:
    environ = {"INFORMIXSERVER": "", "INFORMIXCONTIME": "0", "INFORMIXCONRETRY": ""}
    assert environment_settings(environ) == {}


@pytest.mark.parametrize("name", ["INFORMIXCONTIME", "INFORMIXCONRETRY"])
@pytest.mark.parametrize("value", ["soon", "-1", "1.5"])
def test_what_is_no_number(name: str, value: str) -> None:
    with pytest.raises(InterfaceError, match=f"variable {name} is '{value}'"):
        environment_settings({name: value})


def test_precedence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFORMIXSERVER", "around")
    monkeypatch.setenv("CLIENT_LOCALE", "en_US.utf8")
    monkeypatch.setenv("DBDATE", "MDY4/")
    monkeypatch.setenv("DELIMIDENT", "y")
    found = params(host="h")
    assert (found.server, found.encoding) == ("around", "utf-8")
    assert found.env == {"DBDATE": "MDY4/", "DELIMIDENT": "y"}
    dsn = "informix://h?server=written&DBDATE=DMY4/"
    found = params(dsn=dsn)
    assert found.server == "written"
    assert found.env == {"DBDATE": "DMY4/", "DELIMIDENT": "y"}
    found = params(dsn=dsn, server="given", env={"DELIMIDENT": "n"})
    assert found.server == "given"
    assert found.env == {"DBDATE": "DMY4/", "DELIMIDENT": "n"}


def test_a_host_needs_no_file(sqlhosts: Path) -> None:
    assert params(host="h", server="nowhere").endpoints == (("h", 9088, "nowhere"),)


def test_server_of_the_file(sqlhosts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = params(server="on_plain")
    assert found.endpoints == (("db.example", 9088, "on_plain"),)
    assert found.tls is False
    monkeypatch.setenv("INFORMIXSERVER", "on_any")
    assert params().endpoints == (("db2.example", 1526, "on_any"),)
    assert params(dsn="SERVER=on_here;UID=x").host == "localhost"


def test_file_below_informixdir(
    sqlhosts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("INFORMIXSQLHOSTS")
    monkeypatch.setenv("INFORMIXDIR", str(sqlhosts.parent.parent))
    assert params(server="on_plain").host == "db.example"


def test_tls_of_the_file_is_verified(sqlhosts: Path) -> None:
    context = params(server="on_tls").tls
    assert isinstance(context, ssl.SSLContext)
    assert context.verify_mode is ssl.CERT_REQUIRED
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    assert params(server="on_tls", tls=own).tls is own


def test_group(sqlhosts: Path) -> None:
    found = params(server="cluster")
    assert found.endpoints == (
        ("a.example", 1, "on_a"),
        ("b.example", 2, "on_b"),
    )
    assert (found.host, found.port, found.server) == found.endpoints[0]


@pytest.mark.parametrize(
    ("server", "message"),
    [
        ("on_drda", "on_drda drsoctcp: the protocol is DRDA"),
        ("on_memory", "on_memory onipcshm: the protocol is none"),
        ("on_service", "service 'no_such_service' is in no services file"),
        ("nowhere", "server 'nowhere' is not in the sqlhosts file"),
        ("broken", "server 'broken' is not in the sqlhosts file"),
    ],
)
def test_servers_that_cannot_be_used(sqlhosts: Path, server: str, message: str) -> None:
    with pytest.raises(InterfaceError, match=message):
        params(server=server)


def test_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFORMIXDIR", str(tmp_path))
    with pytest.raises(InterfaceError, match="host is missing, and there is no"):
        params(server="on_plain")


@given(st.text(), st.text())
def test_any_file_can_be_read(text: str, server: str) -> None:
    for listener in find_listeners(text + "\n" + SQLHOSTS, server):
        assert listener.server
