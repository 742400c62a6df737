"""Connection strings: what they say, and what they must not give away."""

from __future__ import annotations

import ssl
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from informix_db._conninfo import parse_dsn
from informix_db.exceptions import InterfaceError, ProgrammingError
from informix_db.params import connect_params

ODBC = (
    "SERVER=ol_informix;DATABASE=stores;HOST=db.example;SERVICE=9088;"
    "PROTOCOL=onsoctcp;UID=joe;PWD=s3cret"
)


@pytest.mark.parametrize(
    ("dsn", "settings"),
    [
        ("informix://", {}),
        ("informix://h", {"host": "h"}),
        ("INFORMIX://h/", {"host": "h"}),
        ("informix://h:9089/db", {"host": "h", "port": 9089, "database": "db"}),
        ("informix:///db", {"database": "db"}),
        (
            "informix://joe:s3cret@h:1/db?server=on&autocommit=yes&lock_wait=-1",
            {
                "host": "h",
                "port": 1,
                "user": "joe",
                "password": "s3cret",
                "database": "db",
                "server": "on",
                "autocommit": True,
                "lock_wait": -1,
            },
        ),
        (
            "informix://j%40e:%3A%2F%25@h/d%C3%A9",
            {"user": "j@e", "password": ":/%", "host": "h", "database": "d\xe9"},
        ),
        ("informix://joe:a@b@h", {"user": "joe", "password": "a@b", "host": "h"}),
        ("informix://joe:@h", {"user": "joe", "password": "", "host": "h"}),
        ("informix://joe@h", {"user": "joe", "host": "h"}),
        ("informix://[::1]:90/x", {"host": "::1", "port": 90, "database": "x"}),
        ("informix://[fe80::1]", {"host": "fe80::1"}),
        (
            "informix://a:1,b,[::1]:3/db",
            {"host": [("a", 1), ("b", None), ("::1", 3)], "database": "db"},
        ),
        (
            "informix://a,b:2?server=on_a,on_b",
            {"host": [("a", None, "on_a"), ("b", 2, "on_b")]},
        ),
        (
            "informix://a,b?server=on",
            {"host": [("a", None), ("b", None)], "server": "on"},
        ),
        ("informix://h?HOST=g&Port=7&uid=joe", {"host": "h", "port": 7, "user": "joe"}),
        (
            "informix://h?connect_timeout=1.5&keepalive=off&tls=true&DBDATE=DMY4/",
            {
                "host": "h",
                "connect_timeout": 1.5,
                "keepalive": False,
                "tls": True,
                "env": {"DBDATE": "DMY4/"},
            },
        ),
        (
            "informix://h?ifx_lo_readonly=1",
            {"host": "h", "env": {"IFX_LO_READONLY": "1"}},
        ),
        ("informix://h?server=a%26b&server=c&", {"host": "h", "server": "a&b"}),
    ],
)
def test_url(dsn: str, settings: dict[str, Any]) -> None:
    assert parse_dsn(dsn) == settings


@pytest.mark.parametrize(
    ("dsn", "settings"),
    [
        ("", {}),
        (" ; ;", {}),
        (
            ODBC,
            {
                "server": "ol_informix",
                "database": "stores",
                "host": "db.example",
                "port": 9088,
                "user": "joe",
                "password": "s3cret",
            },
        ),
        (
            "SERV=9088;SRVR=on;DB=d;CLOC=en_US.utf8;DLOC=en_US.819;FBC=32767;DLMD=y",
            {
                "port": 9088,
                "server": "on",
                "database": "d",
                "client_locale": "en_US.utf8",
                "db_locale": "en_US.819",
                "fetch_buffer_size": 32767,
                "env": {"DELIMIDENT": "y"},
            },
        ),
        (
            "HostName=h;PortNumber=1;ServerName=s",
            {"host": "h", "port": 1, "server": "s"},
        ),
        ("hostname=h;port=1;logonid=u", {"host": "h", "port": 1, "user": "u"}),
        ("SERVICE=sqlexec", {"port": "sqlexec"}),
        (" Uid = joe ; pWd = {a;b=c} ;", {"user": "joe", "password": "a;b=c"}),
        ("PWD={a}}b};UID=joe", {"user": "joe", "password": "a}b"}),
        ("PWD={}", {"password": ""}),
        ("PWD=;UID=", {"password": ""}),
        ("PWD= a{b} c ", {"password": "a{b} c"}),
        ("PWD=a=b", {"password": "a=b"}),
        ("UID=joe;UID=jim", {"user": "joe"}),
        ("DRIVER={IBM INFORMIX ODBC DRIVER (64-bit)};DSN=x;OPTOFC=1;CPTimeout=5", {}),
        ("DATABASE=d;CONNECTDATABASE=no", {}),
        ("IFX_LOCK_MODE_WAIT=5;IFX_X=1", {"lock_wait": 5, "env": {"IFX_X": "1"}}),
        ("DATABASE=d;CONDB=yes", {"database": "d"}),
        ("XCL=0;PROT=ontlitcp", {}),
    ],
)
def test_keywords(dsn: str, settings: dict[str, Any]) -> None:
    assert parse_dsn(dsn) == settings


BAD = [
    ("postgres://h/db", "dsn must be informix://"),
    ("informix://h\0", "NUL"),
    ("informix://h/%00", "NUL"),
    ("informix://h/%FF", "no UTF-8"),
    ("informix://h:port/db", "port of the dsn is no number"),
    ("informix://h:123456", "port of the dsn is no number"),
    ("informix://joe:s3/cret@h/db", "port of the dsn is no number"),
    ("informix://::1/db", "port of the dsn is no number"),
    ("informix://[::1/db", "an IPv6 address goes in"),
    ("informix://h?autocommit", "has no ="),
    ("informix://h?autocommit=perhaps", "autocommit of the dsn: true or false is"),
    ("informix://h?lock_wait=1.5", "lock_wait of the dsn: a whole number is needed"),
    ("informix://h?connect_timeout=s3cret", "connect_timeout of the dsn: a number"),
    ("informix://h?tls=/no/such/s3cret", "true, false, verify or a file of"),
    ("informix://h?pasword=s3cret", "unknown keyword 'pasword'; do you mean password"),
    ("informix://h?dbdat=x", "do you mean DBDATE?"),
    ("informix://h?driver=x", "unknown keyword 'driver'"),
    ("informix://a,b,c?server=x,y", "3 hosts and 2 servers"),
    ("jdbc:informix-sqli://h:1/d:INFORMIXSERVER=s;password=s3cret", "a JDBC URL is"),
    ("informix://h?IFX_ISOLATION_LEVEL=1", "LEVEL of the dsn: write isolation="),
    ("HOTS=h", "unknown keyword 'HOTS'; do you mean HOST?"),
    ("zzzzzz=s3cret", r"unknown keyword 'zzzzzz'$"),
    ("informix://joe:12?s3cret=1@h/db", "write & in values as %26|password"),
    ("h.example:9088", "has no ="),
    ("HOST=h;db.example", "has no ="),
    ("UID=joe;PWD=s3;cret=1;x=2", "a password with ; in it goes in"),
    ("PWD={s3cret", "has no }"),
    ("PWD={s3}cret;", "after a } of the dsn there is no ;"),
    ("PROTOCOL=drsoctcp", "is DRDA"),
    ("PROTOCOL=onipcshm", "none this driver speaks"),
    ("EXCLUSIVE=yes", "EXCLUSIVE"),
    ("XCL=s3cret", "EXCLUSIVE of the dsn: true or false is"),
    ("CONDB=s3cret", "CONNECTDATABASE of the dsn: true or false is"),
]


@pytest.mark.parametrize(("dsn", "message"), BAD)
def test_refused(dsn: str, message: str) -> None:
    with pytest.raises(ProgrammingError, match=message) as failed:
        parse_dsn(dsn)
    assert "cret" not in str(failed.value)
    assert failed.value.__context__ is None or failed.value.__suppress_context__


def test_what_is_no_string() -> None:
    with pytest.raises(ProgrammingError, match="dsn must be a str, not dict"):
        connect_params(dsn={"host": "h"})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "dsn", ["PROTOCOL=onsocssl", "informix://h?tls=verify", "PRO=olsocssl;TLS=verify"]
)
def test_tls_of_a_string_is_verified(dsn: str) -> None:
    context = parse_dsn(dsn)["tls"]
    assert isinstance(context, ssl.SSLContext)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_an_argument_wins_over_the_protocol() -> None:
    assert parse_dsn("PROTOCOL=onsocssl;TLS=no")["tls"] is False


# -- with the arguments of connect() ---------------------------------------------------


def test_arguments_win() -> None:
    found = connect_params(
        "other", 5, dsn=ODBC + ";KEEPALIVE=1", password="mine", keepalive=False
    )
    assert (found.host, found.port, found.server) == ("other", 5, "ol_informix")
    assert (found.user, found.password, found.database) == ("joe", "mine", "stores")
    assert not found.keepalive


def test_defaults_do_not_win() -> None:
    found = connect_params(
        dsn="informix://joe@h:77?server=on&client_locale=en_US.utf8&autocommit=1"
        "&statement_cache_size=7"
    )
    assert (found.host, found.port, found.server) == ("h", 77, "on")
    assert (found.encoding, found.autocommit) == ("utf-8", True)
    assert found.statement_cache_size == 7


def test_environment_of_both() -> None:
    found = connect_params(
        dsn="informix://joe@h?DBDATE=Y4MD-&DELIMIDENT=y", env={"DBDATE": "DMY4/"}
    )
    assert found.env == {"DBDATE": "DMY4/", "DELIMIDENT": "y"}


def test_several_hosts() -> None:
    found = connect_params(dsn="informix://joe@a:1,b/?server=x", port=9)
    assert found.endpoints == (("a", 1, "x"), ("b", 9, "x"))
    assert (found.host, found.port) == ("a", 1)


def test_values_are_checked_all_the_same() -> None:
    with pytest.raises(InterfaceError, match="port must be between 1"):
        connect_params(dsn="informix://joe@h:0")
    with pytest.raises(InterfaceError, match="isolation 'chaos'"):
        connect_params(dsn="informix://joe@h?isolation=chaos")
    with pytest.raises(InterfaceError, match="user is missing"):
        connect_params(dsn="informix://h")


def test_repr_hides_the_password() -> None:
    assert "s3cret" not in repr(connect_params(dsn=ODBC))


# -- whatever is written ---------------------------------------------------------------

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
pieces = st.lists(
    st.sampled_from(["informix://", "UID=", "PWD={", "}", ";", "@", ":", "/", "?", "&"])
    | st.sampled_from(["[", "]", "%", "%41", "server=", ",", "=", "tls", " "])
    | texts
).map("".join)


@given(pieces)
@example("informix://h:" + "9" * 5000)
@example("lock_wait=" + "9" * 5000)
def test_anything_is_understood_or_refused(dsn: str) -> None:
    try:
        settings = parse_dsn(dsn)
    except ProgrammingError:
        return
    assert all(isinstance(name, str) for name in settings)


@given(texts, texts, texts)
def test_any_login_can_be_written(user: str, password: str, database: str) -> None:
    url = "informix://{}:{}@h/{}".format(
        *(quote(text, safe="") for text in (user, password, database))
    )
    expected = {"host": "h", "user": user, "password": password, "database": database}
    needed = {name: text for name, text in expected.items() if text}
    assert parse_dsn(url) == {"password": password, **needed}
    braced = [text.replace("}", "}}") for text in (user, password, database)]
    keywords = "HOST=h;UID={{{}}};PWD={{{}}};DATABASE={{{}}}".format(*braced)
    assert parse_dsn(keywords) == {"password": password, **needed}


SECRET = "Zq7Kx9Wv2Tn"


@given(pieces, pieces, st.integers(0, len(SECRET)), st.sampled_from("/:@;{}&=?%, "))
def test_no_error_tells_the_password(
    before: str, after: str, at: int, mark: str
) -> None:
    """Even if it was not written as it must be."""
    password = SECRET[:at] + mark + SECRET[at:]
    for dsn in (
        f"informix://joe:{password}@h/{after}",
        f"UID=joe;PWD={password};{after}",
        f"HOST=h;{before};PWD={{{password}}}{after}",
    ):
        try:
            parse_dsn(dsn)
        except ProgrammingError as error:
            told = str(error)
            for start in range(len(SECRET) - 3):
                assert SECRET[start : start + 4] not in told
