"""Numbers of ODBC that the surface goes by and that are no names of IfxPy."""

from __future__ import annotations

SQL_ATTR_LOGIN_TIMEOUT = 103
SQL_ATTR_TXN_ISOLATION = 108
SQL_ATTR_CURRENT_CATALOG = 109
SQL_ATTR_CONNECTION_TIMEOUT = 113

# Values of SQL_ATTR_TXN_ISOLATION, and Informix' names for them.
ISOLATION_LEVELS = {
    1: "DIRTY READ",
    2: "COMMITTED READ",
    4: "REPEATABLE READ",
    8: "REPEATABLE READ",
}

SQL_DATETIME = 9  # in SQL_DATA_TYPE, of dates and times
SQL_INTERVAL = 10  # in SQL_DATA_TYPE, of intervals

# Intervals, by first and last field.
INTERVAL_TYPES = {
    ("YEAR", "YEAR"): 101,
    ("MONTH", "MONTH"): 102,
    ("DAY", "DAY"): 103,
    ("HOUR", "HOUR"): 104,
    ("MINUTE", "MINUTE"): 105,
    ("SECOND", "SECOND"): 106,
    ("YEAR", "MONTH"): 107,
    ("DAY", "HOUR"): 108,
    ("DAY", "MINUTE"): 109,
    ("DAY", "SECOND"): 110,
    ("HOUR", "MINUTE"): 111,
    ("HOUR", "SECOND"): 112,
    ("MINUTE", "SECOND"): 113,
}

SQL_SCOPE_SESSION = 2  # of special_columns: the columns name a row for good
SQL_PC_NOT_PSEUDO = 1
SQL_CASCADE = 0
SQL_RESTRICT = 1
SQL_INITIALLY_IMMEDIATE = 6
SQL_PT_PROCEDURE = 1
SQL_PT_FUNCTION = 2

# Functions of ODBC that the surface has a counterpart of.
FUNCTIONS = frozenset(
    {
        *range(4, 14),  # SQLBindCol ... SQLFetch
        *range(16, 21),  # SQLFreeStmt ... SQLRowCount
        23,  # SQLTransact
        *range(39, 46),  # SQLSetConnectOption ... SQLGetInfo
        *range(52, 55),  # SQLSpecialColumns, SQLStatistics, SQLTables
        56,  # SQLColumnPrivileges
        58,  # SQLDescribeParam
        60,  # SQLForeignKeys
        63,  # SQLNumParams
        *range(65, 68),  # SQLPrimaryKeys, SQLProcedureColumns, SQLProcedures
        70,  # SQLTablePrivileges
        72,  # SQLBindParameter
        *range(1001, 1022),  # SQLAllocHandle ... SQLFetchScroll
    }
)
