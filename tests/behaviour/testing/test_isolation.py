"""Random schedules of three sessions against a plain model of isolation.

The model knows dictionaries and sets of keys only. Nobody waits: what would is a
conflict, after which the schedule goes on, as it may with SET LOCK MODE TO NOT WAIT.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine_client import SQLClient
from hypothesis import given, settings
from hypothesis import strategies as st

from informix_db.testing.api import SQLError
from informix_db.testing.engine import Engine
from informix_db.testing.sql.catalog import Table

DIRTY, COMMITTED, REPEATABLE = "DIRTY READ", "COMMITTED READ", "REPEATABLE READ"
LAST = "COMMITTED READ LAST COMMITTED"
LEVELS = [DIRTY, COMMITTED, LAST, REPEATABLE]

LOCKED, DUPLICATE = "locked", "duplicate"
Outcome = str | int | list[tuple[object, ...]]


@dataclass(eq=False)
class Party:
    """A session as the model sees it."""

    level: str
    in_transaction: bool = False
    written: dict[int, int | None] = field(default_factory=dict)  # None: deleted
    shared: set[int] = field(default_factory=set)
    shares_table: bool = False

    def end(self) -> None:
        self.in_transaction = self.shares_table = False
        self.written.clear()
        self.shared.clear()


class Model:
    """One table of keys and values."""

    def __init__(self, parties: list[Party]) -> None:
        self.rows: dict[int, int] = {}
        self.parties = parties

    def others(self, party: Party) -> Iterator[Party]:
        return (other for other in self.parties if other is not party)

    def writer(self, party: Party, key: int) -> Party | None:
        """Return the other one whose uncommitted work is a lock on `key`."""
        for other in self.others(party):
            if key in other.written:
                return other
        return None

    def seen(self, party: Party, key: int) -> int | None:
        """Return the value of a key nobody else has changed."""
        return party.written.get(key, self.rows.get(key))

    def read(self, party: Party, key: int | None) -> Outcome:
        """SELECT of one key, or of all."""
        found: list[tuple[object, ...]] = []
        for k in range(KEYS) if key is None else [key]:
            value = self.seen(party, k)
            writer = self.writer(party, k)
            if writer is not None and party.level == DIRTY:
                value = writer.written[k]
            elif writer is not None and party.level != LAST:
                return LOCKED
            if value is not None:
                found.append((k, value))
        if not self.keep(party, key, bool(found)):
            return LOCKED
        return found

    def keep(self, party: Party, key: int | None, found: bool) -> bool:
        """Take what locks REPEATABLE READ takes; tell whether that was possible."""
        if party.level != REPEATABLE or not party.in_transaction:
            return True
        if key is not None and found:
            party.shared.add(key)
            return True
        if any(other.written for other in self.others(party)):
            return False
        party.shares_table = True
        return True

    def change(self, party: Party, key: int, value: int | None) -> Outcome:
        """UPDATE, or DELETE if `value` is None."""
        if any(other.shares_table for other in self.others(party)):
            return LOCKED
        if self.writer(party, key) is not None:
            return LOCKED
        found = self.seen(party, key) is not None
        if not self.keep(party, key, found):
            return LOCKED
        if not found:
            return 0
        if any(key in other.shared for other in self.others(party)):
            return LOCKED
        self.write(party, key, value)
        return 1

    def insert(self, party: Party, key: int, value: int) -> Outcome:
        if any(other.shares_table for other in self.others(party)):
            return LOCKED
        if self.writer(party, key) is not None:
            return LOCKED
        if self.seen(party, key) is not None:
            return DUPLICATE
        self.write(party, key, value)
        return 1

    def write(self, party: Party, key: int, value: int | None) -> None:
        party.written[key] = value
        if not party.in_transaction:
            self.commit(party)

    def commit(self, party: Party) -> None:
        for key, value in party.written.items():
            if value is None:
                self.rows.pop(key, None)
            else:
                self.rows[key] = value
        party.end()


KEYS = 3
Steps = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(
            ["begin", "begin", "commit", "rollback", "scan"]
            + ["read", "insert", "update", "delete"] * 2
        ),
        st.integers(0, KEYS - 1),
    ),
    min_size=40,  # short schedules seldom have two sessions meet
    max_size=60,
)


def carried_out(client: SQLClient, step: str, key: int, value: int) -> Outcome:
    try:
        if step == "scan":
            return list(client.rows("SELECT k, v FROM t ORDER BY k"))
        if step == "read":
            return list(client.rows("SELECT k, v FROM t WHERE k = ?", key))
        if step == "insert":
            return client.do("INSERT INTO t VALUES (?, ?)", key, value).rows
        if step == "update":
            return client.do("UPDATE t SET v = ? WHERE k = ?", value, key).rows
        return client.do("DELETE FROM t WHERE k = ?", key).rows
    except SQLError as error:
        if error.sqlcode in (-239, -268):
            return DUPLICATE
        if error.isam in (-107, -113, -144):
            return LOCKED
        raise


def expected(model: Model, party: Party, step: str, key: int, value: int) -> Outcome:
    if step in ("scan", "read"):
        return model.read(party, None if step == "scan" else key)
    if step == "insert":
        return model.insert(party, key, value)
    return model.change(party, key, value if step == "update" else None)


def finish(client: SQLClient, model: Model, party: Party, step: str) -> None:
    """Carry out BEGIN, COMMIT and ROLLBACK where they make sense."""
    if step == "begin" and not party.in_transaction:
        client.session.begin()
        party.in_transaction = True
    elif step == "commit" and party.in_transaction:
        client.session.commit()
        model.commit(party)
    elif step == "rollback" and party.in_transaction:
        client.session.rollback()
        party.end()


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.tuples(*[st.sampled_from(LEVELS)] * 3), Steps)
def test_three_sessions_agree_with_the_model(
    levels: tuple[str, str, str], steps: list[tuple[int, str, int]]
) -> None:
    engine = Engine()
    clients = [SQLClient(engine) for _ in levels]
    clients[0].do("CREATE TABLE t (k INT PRIMARY KEY, v INT)")
    for client, level in zip(clients, levels, strict=True):
        client.do(f"SET ISOLATION TO {level}")
    model = Model([Party(level) for level in levels])
    for key in range(KEYS):
        model.insert(model.parties[0], key, -1)
        clients[0].do("INSERT INTO t VALUES (?, ?)", key, -1)
    for client, party in zip(clients, model.parties, strict=True):
        finish(client, model, party, "begin")
    for number, (who, step, key) in enumerate(steps):
        client, party = clients[who], model.parties[who]
        if step in ("begin", "commit", "rollback"):
            finish(client, model, party, step)
            continue
        result = carried_out(client, step, key, number)
        assert result == expected(model, party, step, key, number), (number, step)
    for client, party in zip(clients, model.parties, strict=True):
        finish(client, model, party, "rollback")
    assert carried_out(clients[0], "scan", 0, 0) == sorted(model.rows.items())
    assert not any(t.row_locks or t.locks or t.writers for t in tables(engine))
    engine.close()


def tables(engine: Engine) -> Iterator[Table]:
    return engine.by_name["testdb"].tables()
