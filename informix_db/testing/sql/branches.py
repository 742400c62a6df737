"""Transaction branches of two-phase commit: transactions that outlive their session.

A branch is a transaction under a name (XID). `end` takes it from its session, and any
session may then prepare and finish it. A prepared branch waits, with its row versions
and locks, until somebody does; one that is not prepared ends with the session that
worked on it last. Return codes and states are those of the X/Open XA specification;
where it leaves a choice (a commit without prepare, say), what a real server answers is
unknown. Branches of one global transaction know nothing of each other, and there are
no heuristic decisions, so there is never one to forget.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from informix_db.testing.api import XID, XAError
from informix_db.testing.records import dataclass
from informix_db.testing.sql.catalog import Database
from informix_db.testing.sql.transactions import Transaction

if TYPE_CHECKING:
    from informix_db.testing.sql.session import Session

# Flags (X/Open XA).
TMJOIN = 0x00200000
TMSUSPEND = 0x02000000
TMSUCCESS = 0x04000000
TMRESUME = 0x08000000
TMFAIL = 0x20000000
TMONEPHASE = 0x40000000
TMSTARTRSCAN = 0x01000000

# Return codes (X/Open XA).
XA_OK = 0
XA_RDONLY = 3
XA_RBROLLBACK = 100
XAER_RMERR = -3
XAER_NOTA = -4
XAER_INVAL = -5
XAER_PROTO = -6
XAER_DUPID = -8
XAER_OUTSIDE = -9

_NO_SESSION = 0  # owner of a transaction no session works on


@dataclass(eq=False, slots=True)
class Branch:
    """One branch and where it is in its life."""

    xid: XID
    transaction: Transaction
    database: Database  # in use until the branch is finished
    session: Session  # works on it, or was the last to
    attached: bool = True
    suspended: bool = False
    prepared: bool = False
    must_roll_back: bool = False  # ended with TMFAIL


class SessionBranches:
    """The branches of an engine as one session may use them (`api.BranchesAPI`)."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._engine = session.engine
        self._scanned: list[XID] = []  # what `recover` has yet to tell
        self.current: Branch | None = None

    def start(self, xid: XID, flags: int) -> int:
        """Work on a branch: a new one, or with TMJOIN or TMRESUME a known one."""
        with self._session.entered():
            self._check_outside()
            if flags & (TMJOIN | TMRESUME):
                branch = self._idle(xid)
                if branch.prepared or branch.suspended != bool(flags & TMRESUME):
                    raise XAError(XAER_PROTO)
            else:
                branch = self._new(xid)
            branch.attached = True
            branch.session = self._session
            branch.transaction.session_id = self._session.session_id
            self._session.transaction = branch.transaction
            self.current = branch
            return XA_OK

    def _check_outside(self) -> None:
        if self.current is not None:
            raise XAError(XAER_PROTO)
        transaction = self._session.transaction
        if transaction is None:
            return
        # In an ANSI database a query alone begins a transaction: there is none to end.
        if transaction.has_changes or not self._session.current_database().ansi:
            raise XAError(XAER_OUTSIDE)
        self._session.end_transaction(commit=True)

    def _new(self, xid: XID) -> Branch:
        if xid in self._engine.branches:
            raise XAError(XAER_DUPID)
        database = self._session.current_database()
        if not database.logged:
            raise XAError(XAER_RMERR)
        transaction = Transaction(self._session.session_id)
        branch = Branch(xid, transaction, database, self._session)
        database.sessions += 1
        self._engine.branches[xid] = branch
        return branch

    def end(self, xid: XID, flags: int) -> int:
        """Stop working on a branch; a suspended one may be ended without resuming."""
        with self._session.entered():
            branch = self._known(xid)
            if branch is self.current:
                self._detach(branch)
            elif not branch.suspended or flags & TMSUSPEND:
                raise XAError(XAER_PROTO)
            branch.suspended = bool(flags & TMSUSPEND)
            branch.must_roll_back |= bool(flags & TMFAIL)
            return XA_OK

    def _detach(self, branch: Branch) -> None:
        branch.attached = False
        branch.transaction.session_id = _NO_SESSION
        self._session.transaction = None
        self.current = None

    def prepare(self, xid: XID) -> int:
        """Promise that the branch can be committed; XA_RDONLY if it changed nothing."""
        with self._session.entered():
            branch = self._idle(xid)
            if branch.prepared or branch.suspended:
                raise XAError(XAER_PROTO)
            if branch.must_roll_back:
                self._finish(branch, commit=False)
                return XA_RBROLLBACK
            if not branch.transaction.has_changes:
                self._finish(branch, commit=True)
                return XA_RDONLY
            branch.prepared = True
            return XA_OK

    def commit(self, xid: XID, flags: int) -> int:
        """Commit a prepared branch, or with TMONEPHASE one that is not prepared."""
        with self._session.entered():
            branch = self._idle(xid)
            if branch.suspended or branch.prepared == bool(flags & TMONEPHASE):
                raise XAError(XAER_PROTO)
            self._finish(branch, commit=not branch.must_roll_back)
            return XA_RBROLLBACK if branch.must_roll_back else XA_OK

    def rollback(self, xid: XID) -> int:
        """Undo a branch nobody works on."""
        with self._session.entered():
            self._finish(self._idle(xid), commit=False)
            return XA_OK

    def forget(self, xid: XID) -> int:
        """Refuse: no branch was ever finished heuristically."""
        with self._session.entered():
            self._known(xid)
            raise XAError(XAER_PROTO)

    def recover(self, count: int, flags: int) -> Sequence[XID]:
        """Return prepared branches, at most `count`; TMSTARTRSCAN starts over."""
        with self._session.entered():
            if count < 0:
                raise XAError(XAER_INVAL)
            if flags & TMSTARTRSCAN:
                branches = self._engine.branches.values()
                self._scanned = [b.xid for b in branches if b.prepared]
            found = self._scanned[:count]
            del self._scanned[:count]
            return found

    def close_database(self) -> int:
        """Close the database, which no branch may be worked on for."""
        if self.current is not None:
            raise XAError(XAER_PROTO)
        self._session.close_database()
        return XA_OK

    def abandon(self) -> None:
        """Roll back what the session, which ends, has not prepared."""
        if self.current is not None:
            self._detach(self.current)
        for branch in list(self._engine.branches.values()):
            if branch.session is self._session and not branch.prepared:
                self._finish(branch, commit=False)

    def _known(self, xid: XID) -> Branch:
        branch = self._engine.branches.get(xid)
        if branch is None:
            raise XAError(XAER_NOTA)
        return branch

    def _idle(self, xid: XID) -> Branch:
        branch = self._known(xid)
        if branch.attached:
            raise XAError(XAER_PROTO)
        return branch

    def _finish(self, branch: Branch, *, commit: bool) -> None:
        self._session.finish(branch.transaction, commit=commit)
        branch.database.sessions -= 1
        del self._engine.branches[branch.xid]
