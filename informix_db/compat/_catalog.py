"""The catalog functions of IfxPy: ODBC's result sets, made of the system catalog.

Names of tables, owners and columns are patterns with ``%`` and ``_`` where ODBC has it
so, exact otherwise; None and "" mean any. Tables of other databases are not shown:
qualifiers are ignored. Type names are those of SQL in lower case [?].
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from informix_db.compat import _odbc as odbc
from informix_db.compat._handles import IFXConnection, IFXStatement
from informix_db.compat._resultsets import (
    TABLE,
    TYPE,
    Text,
    catalog_link,
    catalog_name,
    default_text,
    equal,
    like,
    query,
    show,
    stored_column,
    type_columns,
)

_FIRST_USER_TABLE = 100

_TABLE_TYPES = {
    "T": "TABLE",
    "V": "VIEW",
    "S": "SYNONYM",
    "P": "SYNONYM",
    "Q": "SEQUENCE",
    "E": "TABLE",  # EXTERNAL
}
_PRIVILEGES = {
    "s": "SELECT",
    "u": "UPDATE",
    "i": "INSERT",
    "d": "DELETE",
    "x": "INDEX",
    "a": "ALTER",
    "r": "REFERENCES",
    "n": "UNDER",
}
_COLUMN_PRIVILEGES = frozenset("suir")


# -- tables and columns --------------------------------------------------------------


def tables(
    connection: IFXConnection,
    qualifier: Text = None,
    owner: Text = None,
    table_name: Text = None,
    table_type: Text = None,
    /,
) -> IFXStatement:
    """Return the tables, views and synonyms of the database.

    `table_type` lists kinds: ``TABLE,VIEW``, with or without quotes.
    """
    link = catalog_link(
        connection,
        qualifier=qualifier,
        owner=owner,
        table_name=table_name,
        table__type=table_type,
    )
    wanted = {part.strip(" '").upper() for part in (table_type or "").split(",")}
    found = query(
        link,
        "SELECT TRIM(t.owner), t.tabname, t.tabtype, t.tabid "
        "FROM informix.systables t WHERE t.tabtype <> '' ORDER BY 3, 1, 2",
        [like("TRIM(t.owner)", owner), like("t.tabname", table_name)],
    )
    catalog = catalog_name(link)
    rows = [
        (catalog, schema, name, _table_type(letter, tabid), None)
        for schema, name, letter, tabid in found
    ]
    if not wanted <= {"", "%"}:
        rows = [row for row in rows if row[3] in wanted]
    return show(link, f"{TABLE} TABLE_TYPE REMARKS", rows)


def _table_type(letter: str, tabid: int) -> str:
    kind = _TABLE_TYPES.get(letter.strip(), letter)
    return f"SYSTEM {kind}" if kind == "TABLE" and tabid < _FIRST_USER_TABLE else kind


def columns(
    connection: IFXConnection,
    qualifier: Text = None,
    owner: Text = None,
    table_name: Text = None,
    column_name: Text = None,
    /,
) -> IFXStatement:
    """Return the columns of tables and views."""
    link = catalog_link(
        connection,
        qualifier=qualifier,
        owner=owner,
        table_name=table_name,
        column_name=column_name,
    )
    found = query(
        link,
        "SELECT TRIM(t.owner), t.tabname, c.colname, c.coltype, c.extended_id, "
        "c.collength, x.name, d.type, d.default, c.colno FROM informix.systables t, "
        "informix.syscolumns c, OUTER informix.sysdefaults d, "
        "OUTER informix.sysxtdtypes x WHERE t.tabid = c.tabid AND d.tabid = c.tabid "
        "AND d.colno = c.colno AND d.class = 'T' AND x.extended_id = c.extended_id "
        "ORDER BY 1, 2, 10",
        [
            like("TRIM(t.owner)", owner),
            like("t.tabname", table_name),
            like("c.colname", column_name),
        ],
    )
    catalog = catalog_name(link)
    rows = []
    for schema, table, name, *stored, default_type, default, number in found:
        column = stored_column(name, *stored)
        kind = type_columns(column, number, default_text(default_type, default, column))
        rows.append((catalog, schema, table, name, *kind))
    return show(link, f"{TABLE} COLUMN_NAME {TYPE}", rows)


# -- routines ------------------------------------------------------------------------


def procedures(
    connection: IFXConnection,
    qualifier: Text,
    owner: Text,
    procedure_name: Text,
    /,
) -> IFXStatement:
    """Return the procedures and functions of the database."""
    link = catalog_link(
        connection, qualifier=qualifier, owner=owner, procedure__name=procedure_name
    )
    found = query(
        link,
        "SELECT TRIM(p.owner), p.procname, p.numargs, p.isproc "
        "FROM informix.sysprocedures p WHERE p.procid > 0 ORDER BY 1, 2",
        [like("TRIM(p.owner)", owner), like("p.procname", procedure_name)],
    )
    catalog = catalog_name(link)
    rows = [
        (catalog, schema, name, arguments, None, None, None, _procedure_type(isproc))
        for schema, name, arguments, isproc in found
    ]
    return show(
        link,
        "PROCEDURE_CAT PROCEDURE_SCHEM PROCEDURE_NAME NUM_INPUT_PARAMS:i "
        "NUM_OUTPUT_PARAMS:i NUM_RESULT_SETS:i REMARKS PROCEDURE_TYPE:i",
        rows,
    )


def _procedure_type(isproc: str) -> int:
    return odbc.SQL_PT_PROCEDURE if isproc == "t" else odbc.SQL_PT_FUNCTION


def procedure_columns(
    connection: IFXConnection,
    qualifier: Text = None,
    owner: Text = None,
    procedure_name: Text = None,
    parameter_name: Text = None,
    /,
) -> IFXStatement:
    """Return the parameters of routines and what they return."""
    link = catalog_link(
        connection,
        qualifier=qualifier,
        owner=owner,
        procedure__name=procedure_name,
        parameter__name=parameter_name,
    )
    found = query(
        link,
        "SELECT TRIM(p.owner), p.procname, c.paramname, c.paramattr, c.paramtype, "
        "c.paramxid, c.paramlen, x.name, c.paramid, p.procid "
        "FROM informix.sysprocedures p, informix.sysproccolumns c, "
        "OUTER informix.sysxtdtypes x WHERE p.procid = c.procid "
        "AND x.extended_id = c.paramxid ORDER BY 1, 2, 10, 9",
        [
            like("TRIM(p.owner)", owner),
            like("p.procname", procedure_name),
            like("c.paramname", parameter_name),
        ],
    )
    catalog = catalog_name(link)
    rows = []
    for schema, routine, name, column_type, *stored, number, _ in found:
        # paramattr has the numbers of ODBC's COLUMN_TYPE.
        kind = type_columns(stored_column(name or "", *stored), number, None)
        rows.append((catalog, schema, routine, name, column_type, *kind))
    return show(
        link,
        "PROCEDURE_CAT PROCEDURE_SCHEM PROCEDURE_NAME COLUMN_NAME COLUMN_TYPE:i "
        + TYPE,
        rows,
    )


# -- privileges ----------------------------------------------------------------------


def _granted(
    letters: str, wanted: Container[str] = _PRIVILEGES
) -> Iterator[tuple[str, str]]:
    """Yield privileges and whether they can be passed on, of the catalog's letters."""
    for letter in letters:
        if letter.lower() in wanted and letter.lower() in _PRIVILEGES:
            yield _PRIVILEGES[letter.lower()], "YES" if letter.isupper() else "NO"


def table_privileges(
    connection: IFXConnection,
    qualifier: Text = None,
    owner: Text = None,
    table_name: Text = None,
    /,
) -> IFXStatement:
    """Return who may do what with tables, as far as it was granted."""
    link = catalog_link(
        connection, qualifier=qualifier, owner=owner, table_name=table_name
    )
    found = query(
        link,
        "SELECT TRIM(t.owner), t.tabname, TRIM(a.grantor), TRIM(a.grantee), a.tabauth "
        "FROM informix.systables t, informix.systabauth a WHERE t.tabid = a.tabid",
        [like("TRIM(t.owner)", owner), like("t.tabname", table_name)],
    )
    catalog = catalog_name(link)
    rows = [
        (catalog, schema, table, grantor, grantee, *privilege)
        for schema, table, grantor, grantee, letters in found
        for privilege in _granted(letters)
    ]
    rows.sort(key=lambda row: (*row[1:3], row[5], row[4]))
    return show(link, f"{TABLE} GRANTOR GRANTEE PRIVILEGE IS_GRANTABLE", rows)


def column_privileges(
    connection: IFXConnection,
    qualifier: Text = None,
    owner: Text = None,
    table_name: Text = None,
    column_name: Text = None,
    /,
) -> IFXStatement:
    """Return who may do what with columns, by themselves or as those of a table."""
    link = catalog_link(
        connection,
        qualifier=qualifier,
        owner=owner,
        table_name=table_name,
        column_name=column_name,
    )
    conditions = [
        equal("TRIM(t.owner)", owner),
        equal("t.tabname", table_name),
        like("c.colname", column_name),
    ]
    head = (
        "SELECT TRIM(t.owner), t.tabname, c.colname, TRIM(a.grantor), TRIM(a.grantee)"
    )
    sources = (
        ("a.tabauth", "informix.systabauth a WHERE t.tabid = a.tabid"),
        (
            "a.colauth",
            "informix.syscolauth a WHERE t.tabid = a.tabid AND c.colno = a.colno",
        ),
    )
    catalog = catalog_name(link)
    rows = [
        (catalog, *names, *privilege)
        for letters, source in sources
        for *names, held in query(
            link,
            f"{head}, {letters} FROM informix.systables t, informix.syscolumns c, "
            f"{source} AND t.tabid = c.tabid",
            conditions,
        )
        for privilege in _granted(held, _COLUMN_PRIVILEGES)
    ]
    # Name, then privilege, as ODBC has it.
    rows.sort(key=lambda row: (*row[1:4], row[6], row[5]))
    return show(
        link, f"{TABLE} COLUMN_NAME GRANTOR GRANTEE PRIVILEGE IS_GRANTABLE", rows
    )
