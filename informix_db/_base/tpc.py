"""Two-phase commit (PEP 249's tpc_ methods) over XA: states and rules.

Between `tpc_begin` and its end a session works for one branch, without BEGIN or COMMIT
(docs/PROTOCOL.md section 4) [J]. A branch that was prepared survives the session. What
a server decided by itself ("heuristically") it is told to forget once the program has
been told, because PEP 249 has no call for that.

What is not known: which codes real servers answer to requests out of order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from informix_db._base.transactions import Transactions
from informix_db._protocol import xa
from informix_db._protocol.channel import Channel
from informix_db._protocol.statement import Statement
from informix_db._wire.buffer import Wire
from informix_db._wire.xid import Xid, make_xid
from informix_db.exceptions import (
    Error,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
)

# Codes of the XA specification.
_RETRY = 4
_HEURISTICALLY_ROLLED_BACK = 6
_HEURISTIC = {
    5: "the server committed a part of it and rolled back the rest",
    _HEURISTICALLY_ROLLED_BACK: "the server has rolled it back by itself",
    7: "the server has committed it by itself",
    8: "the server may have decided a part of it by itself",
}
_ROLLED_BACK = range(100, 108)
_UNKNOWN = -4
_USAGE = {
    _UNKNOWN: "the server knows no such transaction",
    -5: "the server takes the arguments for wrong",
    -6: "the server does not expect this now",
    -8: "a transaction with this identifier exists already",
    -9: "the session does work outside of any two-phase transaction",
}
_UNAVAILABLE = -7


def xa_error(code: int, what: str, xid: Xid | None = None) -> Error:
    """Return the error for an XA code that is no success."""
    subject = f"{what} of {tuple(xid)}" if xid is not None else what
    kind: type[Error] = InternalError
    text, retryable = "the server failed", False
    if code in _USAGE:
        kind, text = ProgrammingError, _USAGE[code]
    elif code in _HEURISTIC:
        kind, text = OperationalError, _HEURISTIC[code]
    elif code in _ROLLED_BACK:
        kind, text, retryable = OperationalError, "it was rolled back", True
    elif code == _RETRY:
        kind, text, retryable = OperationalError, "not now", True
    elif code == _UNAVAILABLE:
        return OperationalError(
            f"{subject}: the server is no longer there (XA code {code})",
            session_dead=True,
        )
    return kind(f"{subject}: {text} (XA code {code})", retryable=retryable)


class _Branch:
    """The branch a session works for."""

    def __init__(self, xid: Xid) -> None:
        self.xid = xid
        self.attached = True  # the session's statements belong to it
        self.prepared = False
        self.read_only = False  # preparing it was its end


class TwoPhase(Transactions):
    """The part of a connection that takes part in distributed transactions."""

    def __init__(self, channel: Channel, autocommit: bool) -> None:
        super().__init__(channel, autocommit)
        self._branch: _Branch | None = None
        self._xa_open = False

    def xid(self, format_id: int, gtrid: str | bytes, bqual: str | bytes) -> Xid:
        """Return a transaction identifier (PEP 249).

        The parts are text or bytes of up to 64 bytes, `gtrid` of at least one. Raises
        ProgrammingError for anything else.
        """
        return make_xid(format_id, gtrid, bqual)

    def _enter_xa_gen(self) -> Wire[None]:
        """Open the database for distributed transactions."""
        raise NotImplementedError

    # -- for the shells --------------------------------------------------------------

    def _tpc_begin_gen(self, xid: Sequence[Any]) -> Wire[None]:
        branch = _Branch(_as_xid(xid))
        if not self._database.logged:
            raise NotSupportedError("the database is not logged: nothing to prepare")
        if self._autocommit:
            raise ProgrammingError("tpc_begin() needs autocommit to be off")
        yield from self._ready_gen("tpc_begin")
        code = yield from xa.branch_gen(
            self._channel, xa.START, branch.xid, xa.NO_FLAGS
        )
        if code != 0:
            raise xa_error(code, "tpc_begin()", branch.xid)
        self._branch = branch
        self._in_transaction = True

    def _tpc_prepare_gen(self) -> Wire[None]:
        branch = self._need_branch("tpc_prepare")
        if branch.prepared:
            raise ProgrammingError("the transaction is prepared already")
        yield from self._detach_gen(branch, xa.SUCCESS)
        code = yield from xa.branch_gen(
            self._channel, xa.PREPARE, branch.xid, xa.NO_FLAGS
        )
        branch.read_only = code == xa.READ_ONLY
        if code not in (0, xa.READ_ONLY):
            if code in _ROLLED_BACK:
                self._branch_ended("rollback")
            raise xa_error(code, "tpc_prepare()", branch.xid)
        branch.prepared = True

    def _tpc_commit_gen(self, xid: Sequence[Any] | None) -> Wire[None]:
        if xid is not None:
            yield from self._decide_gen(xa.COMMIT, xid)
            return
        branch = self._need_branch("tpc_commit")
        code = 0
        if not branch.read_only:
            flags = xa.NO_FLAGS if branch.prepared else xa.ONE_PHASE
            yield from self._detach_gen(branch, xa.SUCCESS)
            code = yield from self._finish_gen(xa.COMMIT, branch.xid, flags)
        if code == 0:
            self._branch_ended("commit")
            return
        if code in _ROLLED_BACK or code in _HEURISTIC or code == _UNKNOWN:
            self._branch_ended("rollback")
        raise xa_error(code, "tpc_commit()", branch.xid)

    def _tpc_rollback_gen(self, xid: Sequence[Any] | None = None) -> Wire[None]:
        if xid is not None:
            yield from self._decide_gen(xa.ROLLBACK, xid)
            return
        branch = self._need_branch("tpc_rollback")
        code = 0
        if not branch.read_only:
            if branch.attached:
                branch.attached = False
                # It may say that it has been rolled back: so much the better.
                yield from xa.branch_gen(self._channel, xa.END, branch.xid, xa.FAIL)
            code = yield from self._finish_gen(xa.ROLLBACK, branch.xid, xa.NO_FLAGS)
        self._branch_ended("rollback")
        if not _is_rolled_back(code):
            raise xa_error(code, "tpc_rollback()", branch.xid)

    def _tpc_recover_gen(self) -> Wire[list[Xid]]:
        if not self._xa_open:
            yield from self._ready_gen("tpc_recover")
        answer = yield from xa.recover_gen(self._channel)
        if answer.code < 0:
            raise xa_error(answer.code, "tpc_recover()")
        return answer.xids or []

    # -- steps -----------------------------------------------------------------------

    def _need_branch(self, what: str) -> _Branch:
        if self._branch is None:
            raise ProgrammingError(f"{what}() without tpc_begin()")
        return self._branch

    def _ready_gen(self, what: str) -> Wire[None]:
        """Make sure that the session can take part, and is in no transaction."""
        if self._in_transaction or self._blocks:
            raise ProgrammingError(
                f"{what}() inside a transaction: commit or roll back first"
            )
        if not self._xa_open:
            yield from self._enter_xa_gen()
            self._xa_open = True

    def _detach_gen(self, branch: _Branch, flags: int) -> Wire[None]:
        """End the session's work for its branch."""
        if branch.attached:
            branch.attached = False
            code = yield from xa.branch_gen(self._channel, xa.END, branch.xid, flags)
            if code != 0:
                raise xa_error(code, "the end", branch.xid)

    def _finish_gen(self, tag: int, xid: Xid, flags: int) -> Wire[int]:
        """Commit or roll back; have the server forget what it decided by itself."""
        code = yield from xa.branch_gen(self._channel, tag, xid, flags)
        if code in _HEURISTIC:
            yield from xa.branch_gen(self._channel, xa.FORGET, xid, xa.NO_FLAGS)
        return code

    def _decide_gen(self, tag: int, xid: Sequence[Any]) -> Wire[None]:
        """Commit or roll back a branch that was prepared, here or elsewhere."""
        what = "tpc_commit" if tag == xa.COMMIT else "tpc_rollback"
        known = _as_xid(xid)
        yield from self._ready_gen(what)
        code = yield from self._finish_gen(tag, known, xa.NO_FLAGS)
        if code != 0 and (tag == xa.COMMIT or not _is_rolled_back(code)):
            raise xa_error(code, f"{what}()", known)

    def _branch_ended(self, how: str) -> None:
        self._branch = None
        self._transaction_ended(how)

    # -- what a branch changes for the rest --------------------------------------------

    def _commit_gen(self) -> Wire[None]:
        self._refuse_in_branch("commit")
        yield from super()._commit_gen()

    def _rollback_gen(self) -> Wire[None]:
        self._refuse_in_branch("rollback")
        yield from super()._rollback_gen()

    def _refuse_in_branch(self, what: str) -> None:
        if self._branch is not None:
            raise ProgrammingError(
                f"{what}() in a two-phase transaction: use tpc_{what}()"
            )

    def _undo_gen(self) -> Wire[None]:
        """Undo what is not committed; a prepared branch is not the session's to end."""
        if self._branch is None:
            yield from super()._undo_gen()
        elif self._branch.prepared:
            self._branch_ended("tpc_prepare")
        else:
            yield from self._tpc_rollback_gen()

    def _must_begin(self, statement: Statement) -> bool:
        if self._branch is not None and not self._branch.attached:
            raise ProgrammingError(
                "no statement can be executed after tpc_prepare(), before "
                "tpc_commit() or tpc_rollback()"
            )
        return super()._must_begin(statement)


def _as_xid(xid: Sequence[Any]) -> Xid:
    try:
        return make_xid(*xid)
    except TypeError:
        raise ProgrammingError(f"{xid!r} is no transaction identifier") from None


def _is_rolled_back(code: int) -> bool:
    """Whether an answer to ROLLBACK means that it is rolled back."""
    return code in (0, _HEURISTICALLY_ROLLED_BACK) or code in _ROLLED_BACK
