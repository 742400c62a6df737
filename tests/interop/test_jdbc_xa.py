"""IBM's JDBC driver as a client of the emulator: two-phase commit."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.interop, pytest.mark.timeout(200)]


def test_two_phases(seen) -> None:
    assert seen("xa_two_phases") == {
        "prepare": 0,
        "prepared": [],
        "committed": [["1"]],
        "then without a branch": [["1"], ["2"]],
    }


def test_a_suspended_branch_is_resumed_and_finished(seen) -> None:
    assert seen("xa_suspended") == {
        "one still open": [],
        "committed": [["1"], ["3"]],
    }


def test_one_phase(seen) -> None:
    assert seen("xa_one_phase") == {"committed": [["1"], ["2"]]}


def test_prepare_ends_a_branch_that_changed_nothing(seen) -> None:
    assert seen("xa_nothing_changed") == {
        "rows": [["1"]],
        "prepare": True,
        "commit": "XAException -4",
    }


def test_rolled_back(seen) -> None:
    """By request, for TMFAIL, and with its session.

    The driver hands on a positive answer to prepare and raises that to a commit.
    """
    assert seen("xa_rolled_back") == {
        "prepare after failure": 100,
        "commit after failure": "XAException 100",
        "rows": [],
    }


def test_other_sessions_finish_what_is_in_doubt(seen) -> None:
    assert seen("xa_in_doubt") == {
        "recovered": ["4711 doubt b1", "4711 doubt b2"],
        "before": [],
        "locked": [-244, -107],
        "after": [["1"]],
        "recovered after": [],
    }


def test_recovery_in_pages(seen) -> None:
    assert seen("xa_many_in_doubt") == {"pages": [10, 10, 3]}


def test_requests_out_of_order(seen) -> None:
    nota, proto, dupid = (f"XAException {code}" for code in (-4, -6, -8))
    assert seen("xa_out_of_order") == {
        "end unknown": nota,
        "prepare unknown": nota,
        "commit unknown": nota,
        "rollback unknown": nota,
        "join unknown": nota,
        "prepare before end": proto,
        "start again": dupid,
        "commit before prepare": proto,
        "one phase after prepare": proto,
    }


def test_commit_work_inside_a_branch(seen) -> None:
    assert seen("xa_commit_inside") == {"commit work": [-700, 0]}


def test_ansi_database(seen) -> None:
    assert seen("xa_ansi_database") == {"prepare": 0, "committed": [["1"]]}
