"""Run by informix-driver's own Python: what that driver sees, as one line of JSON.

usage: python client.py HOST PORT
"""

import datetime
import decimal
import json
import sys
import traceback

import informix_db

HOST, PORT = sys.argv[1], int(sys.argv[2])

TABLE = """create table rival (
    c_serial serial, c_smallint smallint, c_int int, c_bigint bigint, c_int8 int8,
    c_float float, c_smallfloat smallfloat, c_dec decimal(12,4), c_money money(16,2),
    c_date date, c_dts datetime year to second, c_dtf5 datetime year to fraction(5),
    c_hs datetime hour to second, c_iym interval year to month,
    c_ids interval day to second, c_char char(10), c_nchar nchar(8),
    c_varchar varchar(20), c_nvarchar nvarchar(20), c_lvarchar lvarchar(500),
    c_bool boolean)"""
LITERALS = """insert into rival values (0, -32767, 2147483647, 9223372036854775807,
    -123456789012, 3.14159, 2.5, -12345678.1234, 1234.50, '2024-02-29',
    '2024-02-29 13:14:15', '2024-02-29 13:14:15.12345', '13:14:15', '12-05',
    '10 11:12:13', 'char', 'nchar', 'vc', 'nvcx', 'lvarchar text', 't')"""
COLUMNS = 21


def connect(**changes):
    arguments = {
        "user": "informix",
        "password": "in4mix",
        "database": "testdb",
        "server": "informix",
        "connect_timeout": 5,
        "read_timeout": 10,
    }
    return informix_db.connect(HOST, PORT, **{**arguments, **changes})


def error_of(action):
    try:
        action()
    except informix_db.Error as error:
        return [type(error).__name__, getattr(error, "sqlcode", None)]
    return None


def rows(connection, sql, parameters=None):
    cursor = connection.cursor()
    cursor.execute(sql, parameters) if parameters else cursor.execute(sql)
    return [list(row) for row in cursor.fetchall()]


def connecting():
    with connect() as connection:
        result = {"select": rows(connection, "select 1 from systables where tabid = 1")}
    result["password"] = error_of(lambda: connect(password="wrong"))
    result["database"] = error_of(lambda: connect(database="nosuchdb"))
    result["server"] = error_of(lambda: connect(server="elsewhere"))
    return result


def types():
    with connect() as connection:
        cursor = connection.cursor()
        cursor.execute(TABLE)
        cursor.execute(LITERALS)
        nulls = ", ".join(["null"] * (COLUMNS - 1))
        cursor.execute(f"insert into rival values (0, {nulls})")
        connection.commit()
        typical, empty = rows(connection, "select * from rival order by c_serial")
        return {
            "typical": {
                name: [type(value).__name__, str(value)]
                for name, value in zip(names(connection), typical, strict=True)
            },
            "null": empty,
        }


def names(connection):
    cursor = connection.cursor()
    cursor.execute("select * from rival")
    return [column[0] for column in cursor.description]


def parameters():
    with connect() as connection:
        cursor = connection.cursor()
        cursor.execute(
            "create table rival_p (i int, b bigint, f float, d decimal(10,2), da date,"
            " ts datetime year to second, s varchar(30), t boolean)"
        )
        values = (
            -7,
            9000000000,
            0.25,
            decimal.Decimal("-12.50"),
            datetime.date(2020, 5, 6),
            datetime.datetime(2020, 1, 2, 3, 4, 5),
            "it's",
            True,
        )
        cursor.execute("insert into rival_p values (?, ?, ?, ?, ?, ?, ?, ?)", values)
        counts = [cursor.rowcount]
        cursor.execute("insert into rival_p values (:1,:2,:3,:4,:5,:6,:7,:8)", values)
        counts.append(cursor.rowcount)
        connection.commit()
        found = rows(connection, "select * from rival_p where i = ?", (-7,))
        return {"counts": counts, "equal": [tuple(row) == values for row in found]}


def executemany():
    with connect() as connection:
        cursor = connection.cursor()
        cursor.execute("create table rival_m (id int primary key, name varchar(20))")
        cursor.executemany(
            "insert into rival_m values (?, ?)", [(i, f"name {i}") for i in range(1000)]
        )
        connection.commit()
        cursor.execute("select id, name from rival_m order by id")
        first = cursor.fetchmany(2)
        rest = cursor.fetchall()
        return {
            "first": [list(row) for row in first],
            "rest": len(rest),
            "last": list(rest[-1]),
        }


def transactions():
    with connect() as connection:
        cursor = connection.cursor()
        cursor.execute("create table rival_t (id int)")
        connection.commit()
        cursor.execute("insert into rival_t values (1)")
        connection.commit()
        cursor.execute("insert into rival_t values (2)")
        connection.rollback()
        kept = rows(connection, "select id from rival_t")
        cursor.execute("update rival_t set id = 5")
        updated = cursor.rowcount
        cursor.execute("delete from rival_t where id = 99")
        return {"kept": kept, "updated": updated, "deleted": cursor.rowcount}


def unlogged():
    with connect(database="unlogdb", autocommit=True) as connection:
        cursor = connection.cursor()
        cursor.execute("create table rival_u (id int)")
        cursor.execute("insert into rival_u values (1)")
        connection.commit()
        connection.rollback()
        return {"rows": rows(connection, "select id from rival_u")}


def errors():
    with connect(autocommit=True) as connection:
        cursor = connection.cursor()
        cursor.execute("create table rival_e (id int primary key)")
        cursor.execute("insert into rival_e values (5)")
        statements = {
            "syntax": "selec foo",
            "table": "select * from nosuch",
            "column": "select nosuch from rival_e",
            "unique": "insert into rival_e values (5)",
        }
        result = {}
        for name, sql in statements.items():
            result[name] = error_of(lambda sql=sql: cursor.execute(sql))
            result[f"after {name}"] = rows(connection, "select id from rival_e")
        return result


def main():
    result = {"version": informix_db.__version__}
    for scenario in (
        connecting,
        types,
        parameters,
        executemany,
        transactions,
        unlogged,
        errors,
    ):
        try:
            result[scenario.__name__] = scenario()
        except Exception:
            result[scenario.__name__] = traceback.format_exc()
    print(json.dumps(result))


main()
