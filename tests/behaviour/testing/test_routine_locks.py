"""Locks on routines that are being made, changed or dropped.

The codes are those of other objects; none was seen on a real server.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from engine_client import SQLClient

from informix_db.testing.api import SQLError
from informix_db.testing.engine import Engine

PROCEDURE = "CREATE PROCEDURE p() RETURNING INT; RETURN 1; END PROCEDURE"


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.close()


@pytest.mark.parametrize("before", [[], [PROCEDURE]])
def test_uncommitted_create_or_drop_of_a_routine_locks_it(
    engine: Engine, before: list[str]
) -> None:
    one, two = SQLClient(engine), SQLClient(engine)
    for statement in before:
        one.do(statement)
    one.session.begin()
    one.do("DROP PROCEDURE p" if before else PROCEDURE)
    for statement in ("EXECUTE PROCEDURE p()", "DROP PROCEDURE p", PROCEDURE):
        assert two.codes(statement) == (-211, -107)
    one.session.rollback()
    if before:
        assert two.rows("EXECUTE PROCEDURE p()") == [(1,)]
        two.do("DROP PROCEDURE p")
    assert two.codes("EXECUTE PROCEDURE p()") == (-674, 0)


@pytest.mark.parametrize(
    "call",
    [
        "EXECUTE PROCEDURE p()",
        "SELECT p() FROM sysmaster:sysdual",
        "INSERT INTO t EXECUTE PROCEDURE p()",
        "EXECUTE PROCEDURE calls_p()",
    ],
)
@pytest.mark.parametrize(
    "change", ["DROP PROCEDURE p", PROCEDURE.replace("CREATE", "CREATE OR REPLACE")]
)
def test_uncommitted_drop_stops_statements_prepared_before(
    engine: Engine, call: str, change: str
) -> None:
    one, two = SQLClient(engine), SQLClient(engine)
    one.do("CREATE TABLE t (v INT)")
    one.do(PROCEDURE)
    one.do("CREATE PROCEDURE calls_p() INSERT INTO t VALUES (p()); END PROCEDURE")
    statement = two.session.prepare(call)

    def carried_out() -> tuple[int, int]:
        try:
            if statement.returns_rows:
                statement.open([]).close()
            else:
                statement.execute([])
        except SQLError as error:
            return error.sqlcode, error.isam
        return 0, 0

    assert carried_out() == (0, 0)
    one.session.begin()
    one.do(change)
    assert carried_out() == (-211, -107)
    one.session.rollback()
    assert carried_out() == (0, 0)
    one.do(change)
    if "calls_p" in call:
        after = -674 if change.startswith("DROP") else 0
    else:
        after = -721
    assert carried_out() == (after, 0)


def test_routine_dropped_and_made_anew_is_free_after_commit(engine: Engine) -> None:
    one, two = SQLClient(engine), SQLClient(engine)
    one.do(PROCEDURE)
    one.session.begin()
    one.do("DROP PROCEDURE p")
    one.do(PROCEDURE.replace("1", "2"))
    assert one.rows("EXECUTE PROCEDURE p()") == [(2,)]
    one.session.commit()
    assert two.rows("EXECUTE PROCEDURE p()") == [(2,)]
