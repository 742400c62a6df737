"""IBM's JDBC driver as a client of the emulator: connecting, queries, errors.

The scenarios are in `jdbc/*.java`; what each must see is here. An error is a list of
sqlcode and ISAM code.
"""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.interop, pytest.mark.timeout(200)]

ALIVE = [["1"]]
PEOPLE = [["1", "Ada", "1815-12-10"], ["2", "Grace", None], ["3", "", "1912-06-23"]]


def test_connect(seen) -> None:
    assert seen("connect") == {
        "product": "IBM Informix Dynamic Server",
        "version has digits": True,
        "user": "informix",
        "autocommit": True,
        "transactions": True,
        "valid": True,
        "catalog": "testdb",
        "closed": True,
        "valid after close": False,
    }


def test_refused_logins(seen) -> None:
    assert seen("refused") == {
        "password": [-951, 0],
        "user": [-951, 0],
        "server name": [-761, 0],
        "database": [-329, -111],
        "afterwards": ALIVE,
    }


def test_database_modes(seen) -> None:
    """The DONE.warn bits of DBOPEN tell the driver what the database can do."""
    assert seen("database_modes") == {
        "testdb transactions": True,
        "testdb manual commit": None,
        "ansidb transactions": True,
        "ansidb manual commit": None,
        "unlogdb transactions": False,
        "unlogdb manual commit": [-79744, 0],
    }


def test_database_statements(seen) -> None:
    assert seen("database_statements") == {
        "created": "c_new",
        "closed": None,
        "without one": [-349, 0],
        "rows": [],
        "for another": [-425, -107],
        "at the end": "unlogdb",
        "manual commit": [-79744, 0],
    }


def test_many_connections(seen) -> None:
    assert seen("many_connections") == {"rows": 8}


def test_select(seen) -> None:
    assert seen("select_simple") == {
        "all": PEOPLE,
        "none": [],
        "count": [["3"]],
        "like": [["Ada"], ["Grace"]],
        "expression": [["5", "GRACE"]],
        "first": [["3"], ["2"]],
    }


def test_prepared_select_runs_again_with_other_parameters(seen) -> None:
    assert seen("select_prepared") == {
        "results": [[["Ada"], ["Grace"]], [[""]], [], [["Ada"], ["Grace"]]]
    }


def test_fetch_of_a_thousand_rows(seen) -> None:
    assert seen("fetch_1000") == {
        "count": 1000,
        "first": ["0", "name 0", "0.00"],
        "last": ["999", "name 999", "249.75"],
        "sum": 499500,
    }


def test_update_counts(seen) -> None:
    assert seen("dml_counts") == {
        "counts": [1, 4, 4, 0, 1, 0, 7],
        "prepared insert": 1,
        "prepared update": 1,
        "prepared update, no row": 0,
        "left": [["7", "SEVEN", None]],
    }


def test_two_result_sets_in_turns(seen) -> None:
    assert seen("interleaved") == {
        "order": [
            "up 1",
            "down 3 ",
            "up 2",
            "down 2 Grace",
            "up 3",
            "down 1 Ada",
        ]
    }


def test_two_cursors_fetch_in_turns(seen) -> None:
    assert seen("interleaved_prepared") == {
        "second at its end": True,
        "sums": [20100, 15050],
    }


def test_parameter_types(seen) -> None:
    assert seen("parameter_metadata") == {"types": ["int", "varchar", "date"]}


def test_errors_leave_the_connection_usable(seen) -> None:
    expected = {
        "syntax": [-201, 0],
        "table": [-206, -111],
        "column": [-217, 0],
        "not null": [-391, 0],
        "value count": [-236, 0],
        "table exists": [-310, 0],
        "conversion": [-1213, 0],
        "zero divide": [-1202, 0],
        "routine": [-674, 0],
        "drop": [-206, -111],
        "database": [-329, -111],
    }
    result = seen("errors")
    assert {key: result[key] for key in expected} == expected
    assert {key: result[f"after {key}"] for key in expected} == dict.fromkeys(
        expected, ALIVE
    )


def test_errors_tell_where(seen) -> None:
    result = seen("error_offsets")
    offsets = {
        key.removeprefix("offset of "): value
        for key, value in result.items()
        if key.startswith("offset of ")
    }
    assert offsets == {
        "selec foo": 1,
        "select * from nosuch": 15,
        "select id, nosuch from e_offset": 12,
    }


def test_unique_violations(seen) -> None:
    """A constraint says -268, an index without one -239."""
    assert seen("unique_violations") == {
        "e_primary": [-268, -100],
        "e_primary rows": [["5"]],
        "e_index": [-239, -100],
        "e_index rows": [["5"]],
    }


def test_prepared_statement_goes_on_after_an_error(seen) -> None:
    assert seen("prepared_after_error") == {
        "first": 1,
        "again": [-268, -100],
        "other key": 1,
        "rows": [["5", "a"], ["6", "a"]],
    }


def test_an_error_leaves_another_open_cursor_alone(seen) -> None:
    assert seen("error_beside_open_cursor") == {"error": [-206, -111], "rows": 6}


def test_commit_and_rollback(seen) -> None:
    assert seen("commit_rollback") == {
        "inside": [["1", "z"], ["2", "b"]],
        "after rollback": [["1", "a"]],
        "after second rollback": [["a"]],
        "autocommit": [["1", "a"], ["10", "c"]],
    }


def test_other_sessions_see_what_is_committed(seen) -> None:
    assert seen("commit_visibility") == {
        "before commit": [["0"]],
        "after commit": [["1"]],
        "after close without commit": [["1"]],
    }


def test_transactions_as_sql(seen) -> None:
    assert seen("begin_work_as_sql") == {
        "rows": [["2"]],
        "commit without begin": [-255, 0],
        "begin twice": [-535, 0],
    }


def test_ansi_database_is_always_in_a_transaction(seen) -> None:
    assert seen("ansi_database") == {"rows": [["2"]]}


def test_isolation_levels(seen) -> None:
    assert seen("isolation") == {f"level {level}": ALIVE for level in (1, 2, 4, 8)}
