"""The catalog functions of IfxPy about keys and indexes; see `_catalog`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from informix_db.compat import _constants as k
from informix_db.compat import _odbc as odbc
from informix_db.compat._columns import shape_of
from informix_db.compat._errors import NativeError
from informix_db.compat._handles import IFXConnection, IFXStatement, Link, Row
from informix_db.compat._resultsets import (
    TABLE,
    Text,
    catalog_link,
    catalog_name,
    equal,
    query,
    show,
    sql_type_name,
    stored_column,
)

# -- keys and indexes ----------------------------------------------------------------

_KEY_PARTS = 16
_PARTS = ", ".join(f"i.part{n}" for n in range(1, _KEY_PARTS + 1))


def _column_names(link: Link, tabids: set[int]) -> dict[Any, str]:
    """Return the names of columns by table and number."""
    names: dict[Any, str] = {}
    for tabid in tabids:
        for number, name in query(
            link,
            f"SELECT colno, colname FROM informix.syscolumns WHERE tabid = {tabid:d}",
            [],
        ):
            names[tabid, number] = name
    return names


def _key_columns(names: dict[Any, str], tabid: int, parts: Row) -> Iterator[str]:
    for part in parts:
        if part:
            yield names.get((tabid, abs(part)), "")


def primary_keys(
    connection: IFXConnection, qualifier: Text, owner: Text, table_name: Text, /
) -> IFXStatement:
    """Return the columns of primary keys."""
    link = catalog_link(
        connection, qualifier=qualifier, owner=owner, table_name=table_name
    )
    catalog = catalog_name(link)
    rows = [
        (catalog, schema, table, column, number, key)
        for schema, table, key, key_columns in _primary_keys(link, owner, table_name)
        for number, column in enumerate(key_columns, 1)
    ]
    return show(link, f"{TABLE} COLUMN_NAME KEY_SEQ:i PK_NAME", rows)


def _primary_keys(
    link: Link, owner: Text, table_name: Text
) -> Iterator[tuple[str, str, str, list[str]]]:
    found = query(
        link,
        f"SELECT TRIM(t.owner), t.tabname, k.constrname, t.tabid, {_PARTS} "
        "FROM informix.systables t, informix.sysconstraints k, informix.sysindexes i "
        "WHERE t.tabid = k.tabid AND k.constrtype = 'P' AND i.idxname = k.idxname "
        "AND i.tabid = t.tabid ORDER BY 1, 2",
        [equal("TRIM(t.owner)", owner), equal("t.tabname", table_name)],
    )
    names = _column_names(link, {row[3] for row in found})
    for schema, table, key, tabid, *parts in found:
        yield schema, table, key, list(_key_columns(names, tabid, tuple(parts)))


def foreign_keys(
    connection: IFXConnection,
    pk_qualifier: Text = None,
    pk_owner: Text = None,
    pk_table_name: Text = None,
    fk_qualifier: Text = None,
    fk_owner: Text = None,
    fk_table_name: Text = None,
    /,
) -> IFXStatement:
    """Return the columns of foreign keys with those they refer to.

    An owner counts only with the name of a table.
    """
    link = catalog_link(
        connection,
        qualifier=pk_qualifier,
        owner=pk_owner,
        table_name=pk_table_name,
    )
    catalog_link(
        connection, qualifier=fk_qualifier, owner=fk_owner, table_name=fk_table_name
    )
    parts = _PARTS.replace("i.", "fi."), _PARTS.replace("i.", "pi.")
    found = query(
        link,
        "SELECT TRIM(pt.owner), pt.tabname, TRIM(ft.owner), ft.tabname, fk.constrname, "
        "pk.constrname, r.delrule, pt.tabid, ft.tabid, "
        f"{parts[1]}, {parts[0]} "
        "FROM informix.systables pt, informix.systables ft, "
        "informix.sysconstraints pk, informix.sysconstraints fk, "
        "informix.sysreferences r, informix.sysindexes pi, informix.sysindexes fi "
        "WHERE r.constrid = fk.constrid AND pk.constrid = r.primary "
        "AND pt.tabid = pk.tabid AND ft.tabid = fk.tabid AND pi.idxname = pk.idxname "
        "AND pi.tabid = pt.tabid AND fi.idxname = fk.idxname AND fi.tabid = ft.tabid "
        "ORDER BY 3, 4, 5",
        [
            equal("TRIM(pt.owner)", pk_owner if pk_table_name else None),
            equal("pt.tabname", pk_table_name),
            equal("TRIM(ft.owner)", fk_owner if fk_table_name else None),
            equal("ft.tabname", fk_table_name),
        ],
    )
    names = _column_names(link, {tabid for row in found for tabid in row[7:9]})
    catalog = catalog_name(link)
    rows = []
    for p_owner, p_table, f_owner, f_table, f_key, p_key, rule, *rest in found:
        p_id, f_id, *key_parts = rest
        pairs = zip(
            _key_columns(names, p_id, tuple(key_parts[:_KEY_PARTS])),
            _key_columns(names, f_id, tuple(key_parts[_KEY_PARTS:])),
            strict=False,
        )
        deleted = odbc.SQL_CASCADE if rule == "C" else odbc.SQL_RESTRICT
        rows += [
            (
                *(catalog, p_owner, p_table, p_column),
                *(catalog, f_owner, f_table, f_column),
                *(number, odbc.SQL_RESTRICT, deleted, f_key, p_key),
                odbc.SQL_INITIALLY_IMMEDIATE,
            )
            for number, (p_column, f_column) in enumerate(pairs, 1)
        ]
    return show(
        link,
        "PKTABLE_CAT PKTABLE_SCHEM PKTABLE_NAME PKCOLUMN_NAME FKTABLE_CAT "
        "FKTABLE_SCHEM FKTABLE_NAME FKCOLUMN_NAME KEY_SEQ:i UPDATE_RULE:i "
        "DELETE_RULE:i FK_NAME PK_NAME DEFERRABILITY:i",
        rows,
    )


def statistics(
    connection: IFXConnection,
    qualifier: Text,
    owner: Text,
    table_name: Text,
    unique: bool,
    /,
) -> IFXStatement:
    """Return tables, each with a row for every column of its indexes.

    `unique` means what it means in IfxPy: True gives all indexes, False the unique
    ones.
    """
    link = catalog_link(
        connection, qualifier=qualifier, owner=owner, table_name=table_name
    )
    if not isinstance(unique, bool):
        raise NativeError("unique must be a boolean")
    conditions = [equal("TRIM(t.owner)", owner), equal("t.tabname", table_name)]
    found = query(
        link,
        "SELECT TRIM(t.owner), t.tabname, t.tabid, t.nrows, t.npused "
        "FROM informix.systables t WHERE t.tabtype = 'T' ORDER BY 1, 2",
        conditions,
    )
    indexes = _indexes(link, conditions)
    names = _column_names(link, {index[0] for index in indexes})
    catalog = catalog_name(link)
    rows: list[Row] = []
    for schema, table, tabid, row_count, pages in found:
        head = (catalog, schema, table)
        counts = (int(row_count or 0), int(pages or 0))
        rows.append(
            (*head, None, None, None, k.SQL_TABLE_STAT, *[None] * 3, *counts, None)
        )
        for at, name, index_owner, kind, clustered, leaves, distinct, *parts in indexes:
            if at != tabid or not (unique or kind == "U"):
                continue
            how = k.SQL_INDEX_CLUSTERED if clustered == "C" else k.SQL_INDEX_OTHER
            head_of_index = (int(kind != "U"), index_owner.strip(), name, how)
            sizes = (int(distinct or 0), int(leaves or 0), None)
            for number, part in enumerate(filter(None, parts), 1):
                column = (names.get((tabid, abs(part)), ""), "D" if part < 0 else "A")
                rows.append((*head, *head_of_index, number, *column, *sizes))
    return show(
        link,
        f"{TABLE} NON_UNIQUE:i INDEX_QUALIFIER INDEX_NAME TYPE:i ORDINAL_POSITION:i "
        "COLUMN_NAME ASC_OR_DESC CARDINALITY:i PAGES:i FILTER_CONDITION",
        rows,
    )


def _indexes(link: Link, conditions: Sequence[tuple[str, Text]]) -> list[Row]:
    return query(
        link,
        "SELECT t.tabid, i.idxname, i.owner, i.idxtype, i.clustered, i.leaves, "
        f"i.nunique, {_PARTS} FROM informix.systables t, informix.sysindexes i "
        "WHERE t.tabid = i.tabid ORDER BY 4 DESC, 2",
        conditions,
    )


def special_columns(
    connection: IFXConnection,
    qualifier: Text,
    owner: Text,
    table_name: Text,
    scope: int,
    /,
) -> IFXStatement:
    """Return the columns that name a row of a table: those of its primary key, or of
    its first unique index.

    They do so for good, which is enough for each `scope`, 0 to 2.
    """
    link = catalog_link(
        connection, qualifier=qualifier, owner=owner, table_name=table_name
    )
    if scope not in (0, 1, 2):
        raise NativeError("Supplied parameter is invalid")
    wanted = _best_columns(link, owner, table_name)
    found = query(
        link,
        "SELECT c.colname, c.coltype, c.extended_id, c.collength, x.name "
        "FROM informix.systables t, informix.syscolumns c, "
        "OUTER informix.sysxtdtypes x "
        "WHERE t.tabid = c.tabid AND x.extended_id = c.extended_id",
        [equal("TRIM(t.owner)", owner), equal("t.tabname", table_name)],
    )
    stored = {row[0]: stored_column(*row) for row in found}
    rows = []
    for name in wanted:
        shape = shape_of(stored[name])
        kind = (
            shape.sql_type,
            sql_type_name(stored[name]),
            shape.precision,
            shape.width,
        )
        rows.append(
            (odbc.SQL_SCOPE_SESSION, name, *kind, shape.scale, odbc.SQL_PC_NOT_PSEUDO)
        )
    return show(
        link,
        "SCOPE:i COLUMN_NAME DATA_TYPE:i TYPE_NAME COLUMN_SIZE:i BUFFER_LENGTH:i "
        "DECIMAL_DIGITS:i PSEUDO_COLUMN:i",
        rows,
    )


def _best_columns(link: Link, owner: Text, table_name: Text) -> list[str]:
    for _, _, _, key_columns in _primary_keys(link, owner, table_name):
        return key_columns
    conditions = [equal("TRIM(t.owner)", owner), equal("t.tabname", table_name)]
    for tabid, _, _, kind, _, _, _, *parts in _indexes(link, conditions):
        if kind == "U":
            names = _column_names(link, {tabid})
            return list(_key_columns(names, tabid, tuple(parts)))
    return []
