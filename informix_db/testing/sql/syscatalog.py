"""The system catalog as tables one can query, filled from `catalog`'s objects.

Columns are those of sql-semantics 1.5 and 1.6, in that order, as far as a source
gives them. Each table's rows are made anew when the catalog has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from informix_db.testing.api import SQLType
from informix_db.testing.sql import types as t
from informix_db.testing.sql.catalog import Column, Database, Index, Table
from informix_db.testing.sql.temporal import date_to_days

Row = tuple[Any, ...]
Rows = Callable[[str], Iterable[Row]]

_SHORT, _INT, _FLOAT, _DATE = (
    t.SMALLINT_TYPE,
    t.INTEGER_TYPE,
    t.FLOAT_TYPE,
    t.DATE_TYPE,
)
_NAME, _OWNER = t.varchar(128), t.char(32)
_SERIAL = t.plain(t.SERIAL)
_BY_LETTER = {
    "s": _SHORT,
    "i": _INT,
    "f": _FLOAT,
    "d": _DATE,
    "n": _NAME,
    "o": _OWNER,
    "S": _SERIAL,
    "8": t.INT8_TYPE,
    "v": t.varchar(32),
    "b": t.BOOLEAN_TYPE,
    "1": t.char(1),
}

_CODE_SET_NUMBERS = {
    "8859-1": "819",
    "8859-2": "912",
    "8859-5": "915",
    "8859-7": "813",
    "8859-9": "920",
    "8859-15": "923",
    "cp1250": "1250",
    "cp1251": "1251",
    "cp1252": "1252",
    "utf8": "57372",
    "utf-8": "57372",
    "gb18030-2000": "57350",
}

# (table, tabid, "name:type ..."): a letter of _BY_LETTER or a number for CHAR(n).
_LAYOUTS = (
    (
        "systables",
        1,
        "tabname:n owner:o partnum:i tabid:S rowsize:s ncols:s nindexes:s nrows:f "
        "created:d version:i tabtype:1 locklevel:1 npused:f fextsize:i nextsize:i "
        "flags:s site:n dbname:n type_xid:i am_id:i",
    ),
    (
        "syscolumns",
        2,
        "colname:n tabid:i colno:s coltype:s collength:s colmin:i colmax:i "
        "extended_id:i seclabelid:i colattr:s",
    ),
    (
        "sysindexes",
        71,
        "idxname:n owner:v tabid:i idxtype:1 clustered:1 "
        + " ".join(f"part{i}:s" for i in range(1, 17))
        + " levels:s leaves:f nunique:f clust:f",
    ),
    (
        "sysindices",
        3,
        "idxname:n owner:v tabid:i idxtype:1 clustered:1 levels:s leaves:f nunique:f "
        "clust:f nrows:f indexkeys:256 amid:i amparam:256 collation:32",
    ),
    (
        "sysconstraints",
        11,
        "constrid:S constrname:n owner:v tabid:i constrtype:1 idxname:n collation:32",
    ),
    (
        "sysxtdtypes",
        22,
        "extended_id:S domain:1 mode:1 owner:v name:n type:s source:i maxlen:i "
        "length:i byvalue:1 cannothash:1 align:s locator:i",
    ),
    (
        "sysdefaults",
        14,
        "tabid:i colno:s type:1 default:256 class:1",
    ),
    ("syscoldepend", 13, "constrid:i tabid:i colno:s"),
    (
        "sysreferences",
        15,
        "constrid:i primary:i ptabid:i updrule:1 delrule:1 matchtype:1 pendant:1",
    ),
    ("syschecks", 12, "constrid:i type:1 seqno:s checktext:32"),
    ("sysviews", 6, "tabid:i seqno:s viewtext:256"),
    ("sysusers", 7, "username:v usertype:1 priority:s password:16 defrole:v"),
    ("systabauth", 4, "grantor:v grantee:v tabid:i tabauth:9"),
    (
        "sysprocedures",
        17,
        "procname:n owner:v procid:S mode:1 retsize:i symsize:i datasize:i codesize:i "
        "numargs:i isproc:1 specificname:n externalname:256 paramstyle:1 langid:i",
    ),
    (
        "syssyntable",
        10,
        "tabid:i servername:n dbname:n owner:v tabname:n btabid:i",
    ),
    (
        "syssequences",
        29,
        "seqid:S tabid:i start_val:8 inc_val:8 max_val:8 min_val:8 cycle:1 "
        "restart_val:8 cache:i order:1",
    ),
)
_SYSMASTER_LAYOUTS = (
    (
        "sysdatabases",
        95,
        "name:128 partnum:i owner:o created:d is_logging:i is_buff_log:i is_ansi:i "
        "is_nls:i is_case_insens:i flags:s",
    ),
    ("sysdual", 96, "dummy:1"),
)


class SystemCatalog:
    """Makes the catalog tables of databases."""

    def __init__(
        self, databases: Callable[[], Iterable[Database]], new_name: Callable[[], str]
    ) -> None:
        self._databases = databases
        self._new_name = new_name

    def install(self, database: Database) -> None:
        """Add the catalog tables to a database (sysmaster gets its own as well)."""
        for name, tabid, layout in _LAYOUTS:
            rows = getattr(self, f"_{name}", _nothing)
            self._add(database, name, tabid, layout, _bound(rows, database))
        if database.name == "sysmaster":
            for name, tabid, layout in _SYSMASTER_LAYOUTS:
                rows = getattr(self, f"_{name}")
                self._add(database, name, tabid, layout, _bound(rows, database))

    def _add(
        self, database: Database, name: str, tabid: int, layout: str, rows: Rows
    ) -> None:
        columns = [
            Column(part.split(":")[0], _column_type(part.split(":")[1]), f"c{i}")
            for i, part in enumerate(layout.split())
        ]
        table = Table(name, "informix", tabid, self._new_name(), columns, rows=rows)
        table.created = database.created
        database.add(table)

    # --- rows ----------------------------------------------------------------

    def _systables(self, database: Database, locale: str) -> Iterator[Row]:
        for table in database.tables():
            yield (
                table.name,
                table.owner,
                0x100000 + table.tabid,
                table.tabid,
                table.row_size(),
                len(table.columns),
                len(table.indexes),
                0.0,
                date_to_days(table.created),
                0x10000 * table.tabid + table.version,
                "T",
                "B" if table.is_system else table.lock_level,
                0.0,
                16,
                16,
                0,
                "",
                "",
                0,
                0,
            )
        # Pseudo tables: the locale's collation and ctype, and the catalog's version.
        for name, tabid, site in (
            (" GL_COLLATE", 90, locale),
            (" GL_CTYPE", 91, locale),
            (" VERSION", 92, None),
        ):
            unknown = (None,) * 11
            yield (name, "", 0, tabid, *unknown, 0, site, None, None, None)

    def _syscolumns(self, database: Database, locale: str) -> Iterator[Row]:
        for table in database.tables():
            for number, column in enumerate(table.columns, 1):
                code = column.type.code
                flag = 0 if column.nullable else t.NOT_NULL_FLAG
                length = column.type.length
                yield (
                    column.name,
                    table.tabid,
                    number,
                    code | flag,
                    length - 0x10000 if length > 0x7FFF else length,
                    None,
                    None,
                    column.type.extended_id,
                    0,
                    128 if column.implied_not_null else 0,
                )

    def _indexes(
        self, database: Database, locale: str
    ) -> Iterator[tuple[Table, Index, list[int]]]:
        for table in database.tables():
            for index in table.indexes:
                parts = [
                    -table.column_number(c) if descending else table.column_number(c)
                    for c, descending in index.keys
                ]
                yield table, index, parts

    def _sysindexes(self, database: Database, locale: str) -> Iterator[Row]:
        for table, index, parts in self._indexes(database, locale):
            padded = [*parts, *[0] * 16][:16]
            kind = "U" if index.unique else "D"
            head = (index.name, index.owner, table.tabid, kind, "-")
            yield (*head, *padded, 1, 1.0, 0.0, 0.0)

    def _sysindices(self, database: Database, locale: str) -> Iterator[Row]:
        for table, index, parts in self._indexes(database, locale):
            keys = ", ".join(f"{part} [1]" for part in parts)
            kind = "U" if index.unique else "D"
            head = (index.name, index.owner, table.tabid, kind, "-")
            yield (*head, 1, 1.0, 0.0, 0.0, 0.0, keys, 1, None, locale)

    def _sysconstraints(self, database: Database, locale: str) -> Iterator[Row]:
        for table in database.tables():
            for constraint in table.constraints:
                yield (
                    constraint.constraint_id,
                    constraint.name,
                    constraint.owner,
                    table.tabid,
                    constraint.kind,
                    constraint.index.name if constraint.index else "",
                    locale,
                )

    def _syscoldepend(self, database: Database, locale: str) -> Iterator[Row]:
        for table in database.tables():
            for constraint in table.constraints:
                if constraint.kind == "N":
                    number = table.column_number(constraint.columns[0])
                    yield (constraint.constraint_id, table.tabid, number)

    def _sysdefaults(self, database: Database, locale: str) -> Iterator[Row]:
        letters = {"today": "T", "current": "C", "sysdate": "C", "user": "U"}
        for table in database.tables():
            for number, column in enumerate(table.columns, 1):
                default = column.default
                if default is None:
                    continue
                kind, text = letters.get(default.special, "S"), ""
                if not default.special:
                    kind = "N" if default.value is None else "L"
                    text = default.text.strip("'\"")
                    if t.family(column.type) != "string":
                        # Binary, blank, text: readers take the last word (SQR-30).
                        text = f"AAAAAA {text}"
                yield (table.tabid, number, kind, text, "T")

    def _sysxtdtypes(self, database: Database, locale: str) -> Iterator[Row]:
        for number, name, code, maximum, length, byvalue in (
            (t.XID_LVARCHAR, "lvarchar", t.UDTVAR, 2048, 0, "F"),
            (t.XID_BOOLEAN, "boolean", t.UDTFIXED, 0, 1, "T"),
            (t.XID_BLOB, "blob", t.UDTFIXED, 0, 72, "F"),
            (t.XID_CLOB, "clob", t.UDTFIXED, 0, 72, "F"),
        ):
            align = 1 if length < 2 else 4
            head = (number, "B", "B", "informix", name, code, 0, maximum, length)
            yield (*head, byvalue, "F", align, 0)

    def _sysusers(self, database: Database, locale: str) -> Iterator[Row]:
        yield (database.owner, "D", 9, None, None)
        yield ("public", "C", 5, None, None)

    def _systabauth(self, database: Database, locale: str) -> Iterator[Row]:
        for table in database.tables():
            if table.is_system:
                yield ("informix", "public", table.tabid, "s--------")
            else:
                yield (table.owner, "public", table.tabid, "su-idx---")

    def _sysdatabases(self, database: Database, locale: str) -> Iterator[Row]:
        for number, other in enumerate(self._databases(), 1):
            logging = int(other.logged)
            yield (
                other.name,
                0x100000 + number,
                other.owner,
                date_to_days(other.created),
                logging,
                0,
                int(other.ansi),
                0,
                0,
                logging | (4 if other.ansi else 0),
            )

    def _sysdual(self, database: Database, locale: str) -> Iterator[Row]:
        yield ("X",)


def _nothing(database: Database, locale: str) -> Iterable[Row]:
    return ()


def _bound(rows: Callable[[Database, str], Iterable[Row]], database: Database) -> Rows:
    return lambda locale: rows(database, locale)


def numeric_locale(environment: Mapping[str, str]) -> str:
    """Return a login's locale as the catalog names it: `en_US.819`, `en_US.57372`."""
    locale = environment.get("DB_LOCALE") or environment.get("CLIENT_LOCALE") or ""
    region, _, code_set = (locale or "en_US.8859-1").partition("@")[0].rpartition(".")
    return f"{region}.{_CODE_SET_NUMBERS.get(code_set.lower(), code_set)}"


def _column_type(letter: str) -> SQLType:
    found = _BY_LETTER.get(letter)
    return t.char(int(letter)) if found is None else found
