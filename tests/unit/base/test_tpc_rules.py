"""What a session makes of XA's codes, without a server."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import pytest

from informix_db._base.tpc import TwoPhase
from informix_db._protocol import xa
from informix_db._protocol.channel import Channel
from informix_db._protocol.session import DatabaseState
from informix_db._wire.xid import Xid
from informix_db.exceptions import (
    InternalError,
    OperationalError,
    ProgrammingError,
)

XID = Xid(1, "global", "branch")
NAMES = {
    xa.START: "start",
    xa.END: "end",
    xa.PREPARE: "prepare",
    xa.COMMIT: "commit",
    xa.ROLLBACK: "rollback",
    xa.FORGET: "forget",
}


class Session(TwoPhase):
    """A session whose server answers from a table of codes, 0 by default."""

    def __init__(self) -> None:
        super().__init__(Channel("latin-1"), autocommit=False)
        self._database = DatabaseState(logged=True, ansi=False)
        self.codes: dict[str, int] = {}
        self.asked: list[tuple[str, int]] = []
        self.opened = 0

    def _enter_xa_gen(self) -> Generator[None, None, None]:
        self.opened += 1
        return
        yield

    def answer(self, tag: int, flags: int) -> int:
        self.asked.append((NAMES[tag], flags))
        return self.codes.get(NAMES[tag], 0)

    @property
    def steps(self) -> list[str]:
        return [name for name, _ in self.asked]


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    """A session in a branch, of which the server has been told nothing but START."""
    made = Session()

    def branch_gen(
        channel: Channel, tag: int, xid: Xid, flags: int
    ) -> Generator[None, None, int]:
        assert xid == XID
        return made.answer(tag, flags)
        yield

    monkeypatch.setattr(xa, "branch_gen", branch_gen)
    run(made._tpc_begin_gen(XID))
    made.asked.clear()
    return made


def run(generator: Generator[None, None, Any]) -> Any:
    try:
        next(generator)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("asked a server")


def is_over(session: Session) -> bool:
    return session._branch is None and not session.in_transaction


def test_commit_in_one_phase(session: Session) -> None:
    run(session._tpc_commit_gen(None))
    assert session.asked == [("end", xa.SUCCESS), ("commit", xa.ONE_PHASE)]
    assert is_over(session)


def test_commit_in_two_phases(session: Session) -> None:
    run(session._tpc_prepare_gen())
    assert session.in_transaction
    run(session._tpc_commit_gen(None))
    assert session.asked == [("end", xa.SUCCESS), ("prepare", 0), ("commit", 0)]
    assert is_over(session)


def test_rollback(session: Session) -> None:
    run(session._tpc_rollback_gen())
    assert session.asked == [("end", xa.FAIL), ("rollback", 0)]
    assert is_over(session)


def test_rollback_of_what_is_prepared(session: Session) -> None:
    run(session._tpc_prepare_gen())
    run(session._tpc_rollback_gen())
    assert session.steps == ["end", "prepare", "rollback"]
    assert is_over(session)


@pytest.mark.parametrize("end", ["_tpc_commit_gen", "_tpc_rollback_gen"])
def test_nothing_to_commit_ends_with_prepare(session: Session, end: str) -> None:
    session.codes["prepare"] = xa.READ_ONLY
    run(session._tpc_prepare_gen())
    assert not is_over(session)
    run(getattr(session, end)(None))
    assert session.steps == ["end", "prepare"]
    assert is_over(session)


@pytest.mark.parametrize("code", [100, 107])
def test_prepare_of_what_the_server_has_rolled_back(
    session: Session, code: int
) -> None:
    session.codes["prepare"] = code
    with pytest.raises(OperationalError, match="rolled back") as caught:
        run(session._tpc_prepare_gen())
    assert caught.value.retryable
    assert is_over(session)


def test_a_failed_prepare_can_be_rolled_back(session: Session) -> None:
    session.codes["prepare"] = -3
    with pytest.raises(InternalError):
        run(session._tpc_prepare_gen())
    assert not is_over(session)
    run(session._tpc_rollback_gen())
    assert session.steps == ["end", "prepare", "rollback"]
    assert is_over(session)


def test_a_branch_that_can_only_be_rolled_back(session: Session) -> None:
    session.codes["end"] = 102
    with pytest.raises(OperationalError, match="rolled back"):
        run(session._tpc_commit_gen(None))
    assert not is_over(session)
    run(session._tpc_rollback_gen())
    assert session.steps == ["end", "rollback"]
    assert is_over(session)


@pytest.mark.parametrize(
    ("code", "text"),
    [(5, "part"), (6, "rolled it back"), (7, "committed it"), (8, "may have")],
)
def test_what_the_server_decided_by_itself_is_told_and_forgotten(
    session: Session, code: int, text: str
) -> None:
    run(session._tpc_prepare_gen())
    session.codes["commit"] = code
    with pytest.raises(OperationalError, match=text):
        run(session._tpc_commit_gen(None))
    assert session.steps[-2:] == ["commit", "forget"]
    assert is_over(session)


@pytest.mark.parametrize("code", [6, 100, 104])
def test_rolled_back_is_what_rollback_wanted(session: Session, code: int) -> None:
    session.codes["rollback"] = code
    run(session._tpc_rollback_gen())
    assert is_over(session)
    run(session._tpc_rollback_gen(XID))


@pytest.mark.parametrize(
    ("code", "kind"), [(-4, ProgrammingError), (7, OperationalError)]
)
def test_a_rollback_that_failed(
    session: Session, code: int, kind: type[Exception]
) -> None:
    session.codes["rollback"] = code
    with pytest.raises(kind):
        run(session._tpc_rollback_gen())
    assert is_over(session)


def test_a_commit_to_repeat(session: Session) -> None:
    run(session._tpc_prepare_gen())
    session.codes["commit"] = 4
    with pytest.raises(OperationalError, match="not now") as caught:
        run(session._tpc_commit_gen(None))
    assert caught.value.retryable
    assert not is_over(session)
    session.codes.clear()
    run(session._tpc_commit_gen(None))
    assert is_over(session)


@pytest.mark.parametrize(
    "decide",
    [
        lambda session: session._tpc_commit_gen(XID),
        lambda session: session._tpc_rollback_gen(XID),
    ],
)
def test_deciding_about_another_branch(
    session: Session, decide: Callable[[Session], Generator[None, None, None]]
) -> None:
    with pytest.raises(ProgrammingError, match="inside a transaction"):
        run(decide(session))
    run(session._tpc_rollback_gen())
    run(decide(session))
    session.codes.update(commit=-4, rollback=-4)
    with pytest.raises(ProgrammingError, match="knows no such"):
        run(decide(session))
    assert session.opened == 1


def test_a_start_that_failed_begins_nothing(session: Session) -> None:
    run(session._tpc_rollback_gen())
    session.codes["start"] = -8
    with pytest.raises(ProgrammingError, match="exists already"):
        run(session._tpc_begin_gen(XID))
    assert is_over(session)


def test_undoing_for_the_pool(session: Session) -> None:
    run(session._undo_gen())
    assert session.steps == ["end", "rollback"]
    run(session._tpc_begin_gen(XID))
    run(session._tpc_prepare_gen())
    session.asked.clear()
    run(session._undo_gen())
    assert session.steps == []  # prepared: not this session's to end
    assert is_over(session)
