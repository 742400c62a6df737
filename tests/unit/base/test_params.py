"""Arguments of connect(): defaults, what they become, and what is refused."""

from __future__ import annotations

import dataclasses
import ssl
import warnings
from typing import Any

import pytest

from informix_db.exceptions import InterfaceError
from informix_db.params import ConnectParams, connect_params
from informix_db.rows import Row


def params(**arguments: Any) -> ConnectParams:
    options: dict[str, Any] = {"host": "db.example", "user": "joe", "password": "s3"}
    return connect_params(**{**options, **arguments})


def test_defaults() -> None:
    found = params()
    assert (found.host, found.port, found.server) == ("db.example", 9088, "informix")
    assert found.database is None
    assert found.connect_timeout == 60
    assert found.read_timeout is None
    assert found.encoding == "iso8859-1"
    assert found.opening_statements == []
    assert found.fetch_buffer_size is None
    assert not found.autocommit
    assert not found.tls


def test_no_password() -> None:
    assert params(password=None).password == ""
    assert params(password="").password == ""


def test_repr_hides_the_password() -> None:
    assert "joe" in repr(params(password="s3cret"))
    assert "s3cret" not in repr(params(password="s3cret"))
    assert "s3cret" not in str(params(password="s3cret"))


def test_it_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        params().port = 1  # type: ignore[misc]


# -- locale and environment ------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "encoding"),
    [
        ({"client_locale": "en_US.utf8"}, "utf-8"),
        ({"db_locale": "en_US.utf8"}, "utf-8"),
        ({"client_locale": "en_US.utf8", "db_locale": "en_US.819"}, "iso8859-1"),
        ({"env": {"CLIENT_LOCALE": "en_US.utf8"}}, "utf-8"),
        ({"env": {"DB_LOCALE": "en_US.utf8"}}, "utf-8"),
        (
            {"db_locale": "en_US.819", "env": {"DB_LOCALE": "de_DE.8859-15"}},
            "iso8859-15",
        ),
    ],
)
def test_text_is_in_the_locale_the_server_is_told(
    arguments: dict[str, Any], encoding: str
) -> None:
    assert params(**arguments).encoding == encoding


def test_environment() -> None:
    found = params(db_locale="en_US.utf8", env={"DELIMIDENT": "y", "DBDATE": ""})
    assert found.login_environment == {
        "CLNT_PAM_CAPABLE": "1",
        "DBPATH": ".",
        "DBDATE": "",
        "IFX_UPDDESC": "1",
        "NODEFDAC": "no",
        "CLIENT_LOCALE": "en_US.8859-1",
        "DB_LOCALE": "en_US.utf8",
        "DELIMIDENT": "y",
    }


def test_environment_is_copied() -> None:
    env = {"A": "1"}
    found = params(env=env)
    env["B"] = "2"
    assert "B" not in found.login_environment
    found.login_environment["C"] = "3"
    assert "C" not in found.login_environment


# -- what runs when a session begins ---------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "statements"),
    [
        ({"isolation": "dirty read"}, ["SET ISOLATION TO DIRTY READ"]),
        ({"isolation": "READ_UNCOMMITTED"}, ["SET ISOLATION TO DIRTY READ"]),
        (
            {"isolation": " last  committed "},
            ["SET ISOLATION TO COMMITTED READ LAST COMMITTED"],
        ),
        ({"isolation": "serializable"}, ["SET ISOLATION TO REPEATABLE READ"]),
        ({"lock_wait": 0}, ["SET LOCK MODE TO NOT WAIT"]),
        ({"lock_wait": -1}, ["SET LOCK MODE TO WAIT"]),
        ({"lock_wait": 17}, ["SET LOCK MODE TO WAIT 17"]),
        (
            {"lock_wait": 1, "isolation": "cursor stability"},
            ["SET ISOLATION TO CURSOR STABILITY", "SET LOCK MODE TO WAIT 1"],
        ),
    ],
)
def test_opening_statements(arguments: dict[str, Any], statements: list[str]) -> None:
    assert params(**arguments).opening_statements == statements


# -- arguments that cannot be right ----------------------------------------------------

BAD: list[tuple[str, Any, str]] = [
    ("host", "", "host is empty"),
    ("host", None, "host is missing, and there is no sqlhosts file"),
    ("host", b"db", "host must be a str or a list of hosts, not bytes"),
    ("host", 5, "host must be a str or a list of hosts, not int"),
    ("host", [], "host must be a str or a list of hosts, not list"),
    ("host", ["a", 5], "host must be a str, not int"),
    ("host", [("a", 9088, "b", "c")], "host must be a str, not tuple"),
    ("host", [("a", "9088")], "port must be an int, not str"),
    ("host", [("a", 0)], "port must be between 1"),
    ("host", [("a", 9088, "")], "server is empty"),
    ("host", "a\0b", "host contains a NUL"),
    ("host", "a..b", "host 'a..b' is no name of a host"),
    ("host", ["a", "x" * 64], "is no name of a host"),
    ("host", "\ud800", "is no name of a host"),
    ("autocommit", "off", "autocommit must be a bool, not str"),
    ("keepalive", "no", "keepalive must be a bool, not str"),
    ("record_values", "", "record_values must be a bool, not str"),
    ("host", "informix://joe:s3cret@h/db", "string: pass it as dsn=$"),
    ("host", "HOST=h;UID=joe;PWD=s3cret", "string: pass it as dsn=$"),
    ("port", "9088", "port must be an int, not str"),
    ("port", 9088.0, "port must be an int, not float"),
    ("port", True, "port must be an int, not bool"),
    ("port", 0, "port must be between 1 and 65535, not 0"),
    ("port", 65536, "port must be between 1 and 65535"),
    ("user", "", "user is empty"),
    ("user", None, "user is missing"),
    ("user", "a\0", "user contains a NUL"),
    ("password", b"s3", "password must be a str, not bytes"),
    ("password", b"", "password must be a str, not bytes"),
    ("password", 0, "password must be a str, not int"),
    ("password", "s3\0cret", "password contains a NUL"),
    ("database", "", "database is empty"),
    ("database", 5, "database must be a str"),
    ("server", "", "server is empty"),
    ("connect_timeout", 0, "connect_timeout must be a positive number"),
    ("connect_timeout", -1, "connect_timeout must be a positive number"),
    ("connect_timeout", "5", "connect_timeout must be a number, not str"),
    ("connect_timeout", True, "connect_timeout must be a number, not bool"),
    ("connect_timeout", float("nan"), "connect_timeout must be a positive number"),
    ("connect_timeout", float("inf"), "connect_timeout must be a positive number"),
    ("read_timeout", 0.0, "read_timeout must be a positive number"),
    ("read_timeout", [], "read_timeout must be a number"),
    ("client_locale", "en_US", "names no code set"),
    ("client_locale", "en_US.klingon", "no codec for code set 'klingon'"),
    ("db_locale", "", "db_locale is empty"),
    ("db_locale", "utf8", "names no code set"),
    ("db_locale", "en_US.hex", "no codec for code set 'hex'"),
    ("env", [("A", "1")], "env must be a mapping, not list"),
    ("env", {"A": 1}, r"env\['A'\] must be a str, not int"),
    ("env", {1: "A"}, "a name in env must be a str"),
    ("env", {"": "A"}, "a name in env is empty"),
    ("env", {"A": "\0"}, r"env\['A'\] contains a NUL"),
    ("env", {"DB_LOCALE": "en_US.klingon"}, "no codec for code set 'klingon'"),
    ("encoding_errors", "hope", "encoding_errors 'hope' is not one of strict, rep"),
    ("encoding_errors", 5, "encoding_errors must be a str"),
    ("connect_retries", -1, "connect_retries must be between 0"),
    ("connect_retries", 1.5, "connect_retries must be an int"),
    ("target_session_attrs", "slave", "'slave' is not one of any, primary,"),
    ("target_session_attrs", "primary", "target_session_attrs needs a database"),
    ("pam_responder", "yes", "pam_responder must be callable, not str"),
    ("row_factory", 5, "row_factory must be callable, not int"),
    ("row_factory", "Row", "row_factory must be callable, not str"),
    ("tls", "yes", "tls must be a bool or an ssl.SSLContext, not str"),
    ("tls", 1, "tls must be a bool"),
    ("tls_server_hostname", b"x", "tls_server_hostname must be a str"),
    ("isolation", "chaos", "isolation 'chaos' is not one of"),
    ("isolation", 1, "isolation must be a str"),
    ("lock_wait", -2, "lock_wait must be between -1"),
    ("lock_wait", 1.5, "lock_wait must be an int"),
    ("statement_cache_size", -1, "statement_cache_size must be between 0"),
    ("fetch_buffer_size", 255, "fetch_buffer_size must be between 256"),
    ("fetch_buffer_size", 1 << 31, "fetch_buffer_size must be between 256"),
    ("fetch_buffer_size", "1M", "fetch_buffer_size must be an int"),
]


@pytest.mark.parametrize(("name", "value", "message"), BAD)
def test_bad_argument(name: str, value: Any, message: str) -> None:
    with pytest.raises(InterfaceError, match=message) as failed:
        params(**{name: value})
    assert "cret" not in str(failed.value)


def test_row_factories() -> None:
    assert params(row_factory=Row).row_factory is Row
    assert params(row_factory=tuple).row_factory is tuple


def test_tls_with_a_context_does_not_warn() -> None:
    context = ssl.create_default_context()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert params(tls=context).tls is context
