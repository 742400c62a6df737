"""IfxPy's functions about connections, options and information."""

from __future__ import annotations

import re

import pytest

import informix_db
from informix_db.compat import IfxPy

SELECT = "SELECT name FROM animals WHERE id = 0"


def weight_of_cat(link: IfxPy.IFXConnection) -> str:
    statement = IfxPy.exec_immediate(link, "SELECT weight FROM animals WHERE id = 0")
    return IfxPy.fetch_tuple(statement)[0]


# -- connecting


def test_connect_takes_the_login_from_the_string_or_the_arguments(connstr: str) -> None:
    without = connstr.replace("UID=informix;PWD=in4mix;", "")
    for link in (
        IfxPy.connect(connstr, "", ""),
        IfxPy.connect(without, "informix", "in4mix"),
        IfxPy.connect(connstr, "", "a password without a user is ignored"),
    ):
        assert IfxPy.active(link)
        assert IfxPy.close(link) is True
        assert not IfxPy.active(link)


def test_active_takes_anything(link: IfxPy.IFXConnection) -> None:
    assert IfxPy.active(link) is True
    assert IfxPy.active(None) is False
    assert IfxPy.active(IfxPy.IFXConnection()) is False


def test_a_refused_login_is_remembered(connstr: str) -> None:
    with pytest.raises(Exception, match=r"Incorrect password or user .*SQLCODE=-951"):
        IfxPy.connect(connstr, "informix", "wrong")
    assert IfxPy.conn_error() == "28000"
    text = IfxPy.conn_errormsg()
    assert text.startswith("[Informix][Informix ODBC Driver][Informix]Incorrect pass")
    assert IfxPy.conn_warn() == text == IfxPy.conn_errormsg()


def test_a_wrong_connection_string_is_an_exception() -> None:
    with pytest.raises(Exception, match=r"unknown keyword 'SERVERS'"):
        IfxPy.connect("SERVERS=informix;HOST=x", "", "")
    with pytest.raises(Exception, match=r"Supplied parameter is invalid"):
        IfxPy.connect(None, "", "")


def test_a_closed_connection_is_not_active(link: IfxPy.IFXConnection) -> None:
    IfxPy.close(link)
    for use in (
        lambda: IfxPy.close(link),
        lambda: IfxPy.exec_immediate(link, SELECT),
        lambda: IfxPy.commit(link),
        lambda: IfxPy.autocommit(link),
    ):
        with pytest.raises(Exception, match=r"^Connection is not active$"):
            use()
    with pytest.raises(Exception, match=r"connection object Parameter is invalid"):
        IfxPy.prepare(None, SELECT)


def test_a_lost_connection_can_be_closed(link: IfxPy.IFXConnection) -> None:
    link._link.driver._transport.close()
    with pytest.raises(Exception, match=r"^Statement Execute Failed: "):
        IfxPy.exec_immediate(link, SELECT)
    assert IfxPy.stmt_error() == "08S01"
    assert IfxPy.active(link) is False
    with pytest.raises(Exception, match=r"^Connection is not active$"):
        IfxPy.exec_immediate(link, SELECT)
    assert IfxPy.close(link) is True
    with pytest.raises(Exception, match=r"^Connection is not active$"):
        IfxPy.close(link)


# -- transactions


def test_statements_commit_themselves(link: IfxPy.IFXConnection, connstr: str) -> None:
    assert IfxPy.autocommit(link) == 1
    IfxPy.exec_immediate(link, "UPDATE animals SET weight = 3.25 WHERE id = 0")
    assert IfxPy.rollback(link) is True
    assert weight_of_cat(link) == "3.25"
    assert IfxPy.commit(link) is True
    IfxPy.exec_immediate(link, "UPDATE animals SET weight = 3.2 WHERE id = 0")


def test_without_autocommit_rollback_undoes(link: IfxPy.IFXConnection) -> None:
    assert IfxPy.autocommit(link, IfxPy.SQL_AUTOCOMMIT_OFF) is True
    assert IfxPy.autocommit(link) == 0
    IfxPy.exec_immediate(link, "UPDATE animals SET weight = 4 WHERE id = 0")
    assert weight_of_cat(link) == "4.00"
    assert IfxPy.rollback(link) is True
    assert weight_of_cat(link) == "3.20"


def test_turning_autocommit_on_commits(connstr: str) -> None:
    link = IfxPy.connect(connstr, "", "", {IfxPy.SQL_ATTR_AUTOCOMMIT: 0})
    assert IfxPy.autocommit(link) == 0
    IfxPy.exec_immediate(link, "UPDATE animals SET weight = 5 WHERE id = 0")
    IfxPy.set_option(link, {IfxPy.SQL_ATTR_AUTOCOMMIT: IfxPy.SQL_AUTOCOMMIT_ON}, 1)
    IfxPy.rollback(link)
    assert weight_of_cat(link) == "5.00"
    IfxPy.exec_immediate(link, "UPDATE animals SET weight = 3.2 WHERE id = 0")
    with pytest.raises(Exception, match=r"Supplied parameter is invalid"):
        IfxPy.autocommit(link, 7)
    IfxPy.close(link)


def test_closing_undoes(connstr: str, link: IfxPy.IFXConnection) -> None:
    other = IfxPy.connect(connstr, "", "", {IfxPy.SQL_ATTR_AUTOCOMMIT: 0})
    IfxPy.exec_immediate(other, "UPDATE animals SET weight = 6 WHERE id = 0")
    IfxPy.close(other)
    IfxPy.exec_immediate(link, "SET LOCK MODE TO WAIT 5")
    assert weight_of_cat(link) == "3.20"


# -- options


def test_options_of_connections(link: IfxPy.IFXConnection) -> None:
    assert IfxPy.get_option(link, IfxPy.SQL_ATTR_AUTOCOMMIT, 1) == 1
    assert IfxPy.set_option(link, {IfxPy.ATTR_CASE: IfxPy.CASE_UPPER}, 1) is True
    assert IfxPy.get_option(link, IfxPy.ATTR_CASE, 1) == IfxPy.CASE_UPPER
    assert IfxPy.get_option(link, 109, 1) == "zoo"
    assert IfxPy.get_option(link, 4711, 1) is False
    assert IfxPy.set_option(link, {108: 1}, 1) is True
    assert IfxPy.get_option(link, 108, 1) == 1


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({IfxPy.ATTR_CASE: 9}, "ATTR_CASE attribute must be one of CASE_LOWER"),
        ({4711: 1}, "Driver not capable. SQLCODE=-11092"),
        (None, "Supplied parameter is invalid"),
    ],
)
def test_options_there_are_not(
    link: IfxPy.IFXConnection, options: object, text: str
) -> None:
    with pytest.raises(Exception, match=text):
        IfxPy.set_option(link, options, 1)
    with pytest.raises(Exception, match=r"handle must be passed in"):
        IfxPy.set_option(None, {}, 1)
    with pytest.raises(Exception, match=r"handle must be passed in"):
        IfxPy.get_option(None, 102, 1)


@pytest.mark.parametrize("kind", [0, 1, 2, 3])
def test_a_cursor_type_is_set_and_never_told(
    link: IfxPy.IFXConnection, kind: int
) -> None:
    statement = IfxPy.prepare(link, SELECT, {IfxPy.SQL_ATTR_CURSOR_TYPE: kind})
    assert IfxPy.set_option(statement, {IfxPy.SQL_ATTR_QUERY_TIMEOUT: 5}, 0) is True
    assert IfxPy.get_option(statement, IfxPy.SQL_ATTR_CURSOR_TYPE, 0) == 0
    assert IfxPy.cursor_type(statement) == 0
    with pytest.raises(Exception, match=r"Supplied parameter is invalid"):
        IfxPy.get_option(statement, IfxPy.ATTR_CASE, 0)
    with pytest.raises(Exception, match=r"Driver not capable"):
        IfxPy.set_option(statement, {4711: 1}, 0)


def test_a_time_limit_of_a_statement(link: IfxPy.IFXConnection) -> None:
    statement = IfxPy.prepare(link, SELECT)
    IfxPy.set_option(statement, {IfxPy.SQL_ATTR_QUERY_TIMEOUT: -1}, 0)
    with pytest.raises(Exception, match=r"timeout must be a positive number"):
        IfxPy.execute(statement)


# -- information


def test_what_is_known_of_the_server(link: IfxPy.IFXConnection) -> None:
    info = IfxPy.server_info(link)
    assert isinstance(info, IfxPy.IFXServerInfo)
    assert info.DBMS_NAME == "Informix"
    assert re.fullmatch(r"(\d+)\.(\d+)(.+\d+)", info.DBMS_VER)
    assert (info.DB_NAME, info.INST_NAME) == ("zoo", "informix")
    assert (info.DFT_ISOLATION, info.SQL_CONFORMANCE) == ("CS", "ENTRY")
    assert info.ISOLATION_OPTION == ("UR", "CS", "RR")
    assert "SERIAL" in info.KEYWORDS
    assert info.PROCEDURES is info.LIKE_ESCAPE_CLAUSE is info.NON_NULLABLE_COLUMNS
    names = "COL_NAME_LEN IDENTIFIER_LEN INDEX_SIZE PROC_NAME_LEN ROW_SIZE"
    names += " SCHEMA_NAME_LEN STATEMENT_LEN TABLE_NAME_LEN"
    assert all(type(getattr(info, f"MAX_{name}")) is int for name in names.split())


@pytest.mark.parametrize(
    ("database", "isolation"), [("unlogdb", "UR"), ("ansidb", "RR"), ("testdb", "CS")]
)
def test_the_default_isolation(connstr: str, database: str, isolation: str) -> None:
    link = IfxPy.connect(connstr.replace("zoo", database), "", "")
    assert isolation == IfxPy.server_info(link).DFT_ISOLATION
    IfxPy.close(link)


def test_what_is_known_of_the_driver(link: IfxPy.IFXConnection) -> None:
    info = IfxPy.client_info(link)
    assert isinstance(info, IfxPy.IFXClientInfo)
    assert (
        "informix_db",
        informix_db.__version__,
    ) == (info.DRIVER_NAME, info.DRIVER_VER)
    assert info.DATA_SOURCE_NAME == "zoo"
    assert info.ODBC_VER.startswith(info.DRIVER_ODBC_VER)
    assert info.ODBC_SQL_CONFORMANCE in ("MINIMUM", "CORE", "EXTENDED")


def test_single_facts(link: IfxPy.IFXConnection) -> None:
    assert IfxPy.get_db_info(link, IfxPy.SQL_DBMS_NAME) == "Informix"
    assert IfxPy.get_db_info(link, IfxPy.SQL_DBMS_VER).startswith("15.00.0000 ")
    assert IfxPy.get_db_info(link, 47) == "informix"
    assert IfxPy.get_db_info(link, 4711) is False
    assert IfxPy.check_function_support(link, IfxPy.SQL_API_SQLROWCOUNT) is True
    assert IfxPy.check_function_support(link, 4711) is False


def test_without_a_database(connstr: str) -> None:
    link = IfxPy.connect(connstr + "CONNECTDATABASE=no", "", "")
    assert IfxPy.get_db_info(link, IfxPy.SQL_DBMS_VER) is False
    info = IfxPy.server_info(link)
    assert (info.DBMS_NAME, info.DBMS_VER, info.DB_NAME) == ("Informix", "", "")
    IfxPy.close(link)


# -- what went wrong


def test_errors_of_a_connection_are_told_once(link: IfxPy.IFXConnection) -> None:
    assert IfxPy.conn_error(link) == IfxPy.conn_errormsg(link) == ""
    with pytest.raises(Exception, match=r"^Statement Prepare Failed: ") as caught:
        IfxPy.prepare(link, "SELEKT")
    assert isinstance(caught.value.__cause__, informix_db.ProgrammingError)
    assert [IfxPy.conn_error(link), IfxPy.conn_error(link)] == ["42000", ""]
    text = "[Informix][Informix ODBC Driver][Informix]A syntax error has occurred."
    assert IfxPy.conn_errormsg(link) == f"{text} SQLCODE=-201"
    assert IfxPy.conn_warn(link) == f"{text} SQLCODE=-201"
    assert IfxPy.conn_errormsg(link) == IfxPy.conn_warn(link) == ""
    with pytest.raises(Exception, match=r"connection object Parameter is invalid"):
        IfxPy.conn_error("no handle")


# -- dates


def test_dates_in_sql_are_those_of_the_default_locale(
    link: IfxPy.IFXConnection, connstr: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sql = (
        "SELECT DATE('03-27-1982'), DATE('03-27-1982') || '' FROM animals WHERE id = 0"
    )
    statement = IfxPy.exec_immediate(link, sql)
    assert str(IfxPy.fetch_tuple(statement)[0]) == "1982-03-27"
    monkeypatch.setenv("DBDATE", "DMY4.")
    other = IfxPy.connect(connstr, "", "")
    sql = "SELECT DATE('27.03.1982') || '' FROM animals WHERE id = 0"
    assert IfxPy.fetch_tuple(IfxPy.exec_immediate(other, sql)) == ("27.03.1982",)
    IfxPy.close(other)
