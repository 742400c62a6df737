"""The rows of the error catalogue: form, and agreement with the sources' lists."""

from __future__ import annotations

import itertools
import re

import pytest

from informix_db import _sqlcodes
from informix_db.exceptions import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    StatementCancelledError,
    describe_sqlcode,
    error_from_server,
)

LETTERS = {
    "C": InterfaceError,
    "D": DataError,
    "E": DatabaseError,
    "I": IntegrityError,
    "N": NotSupportedError,
    "O": OperationalError,
    "P": ProgrammingError,
    "S": StatementCancelledError,
    "X": InternalError,
}
# Lists as the sources give them; the catalogue must agree with each.
ACCESS = """-211 -212 -240 -242 -243 -244 -245 -246 -250 -252 -263 -271 -346 -348 -690
-972"""
INTEGRITY = """-239 -268 -286 -292 -371 -385 -386 -391 -525 -530 -691 -692 -703 -772
-868 -899 -971 -973 -1225 -5848 -8261 -8270 -9878 -26018 -6017"""
RETRY_AFTER_RECONNECT = """-420 -753 -907 -908 -920 -930 -932 -959 -1254 -1808 -1809
-23195 -25548 -25570 -25571 -25573 -25574 -25577 -25580 -25581 -25582 -25583 -25586
-25587 -25588 -25597 -25599 -27001 -27002 -27009 -27010 -32020 -43207"""
RETRY_IN_SESSION = """-233 -263 -289 -291 -314 -347 -378 -425 -503 -521 -563 -627 -630
-699 -705 -710 -721 -853 -861 -934 -936 -7350 -7351 -7353 -9750 -12092 -12153 -12154
-12233 -12234 -12235 -19992 -24121 -24134 -26152 -26401 -26961 -26964 -26968 -32001
-32002 -32006 -32007"""
RETRY_BY_ISAM = """-211 -212 -214 -215 -216 -237 -240 -242 -243 -244 -245 -246 -250
-252 -271 -296 -311 -312 -346 -348 -502 -600 -601 -602 -603 -604 -605 -618 -620 -621
-624 -626 -682 -690 -776 -895 -972 -9810 -24100"""
DEAD = """-457 -459 -911 -912 -913 -914 -955 -25580 -25582 -25586 -25587 -408 -929 -403
-407 -25579 -25595 -25598 -27003 -27100 -1803 -1808 -908 -930 -931 -27001 -27002
-25571 -25599 -951 -952 -956 -761 -25590 -28014 -23101 -959 -979 -529 -368"""
ALIVE = "-201 -206 -213 -233 -255 -329 -387 -458 -710 -746 -934 -7351 -12204"


LOCK = "-106 -107 -113 -134 -143 -144 -154"
SPACE = "-131 -136 -166 -179 -199"

Row = tuple[int, str, str, str]


def numbers(text: str) -> set[int]:
    return {int(number) for number in text.split()}


def read_rows(table: str) -> list[Row]:
    rows = []
    for line in table.splitlines():
        match = re.fullmatch(r"(-\d+) +(\S) (\S+) +(\S.*\S)", line)
        assert match, line
        rows.append((int(match[1]), match[2], match[3], match[4]))
    return rows


SQL_ROWS = read_rows(_sqlcodes.SQLCODES)
ISAM_ROWS = read_rows(_sqlcodes.ISAM_CODES)


def flagged(flag: str) -> set[int]:
    return {code for code, _, flags, _ in SQL_ROWS if flag in flags}


def test_size() -> None:
    assert len(SQL_ROWS) >= 1000
    assert len(ISAM_ROWS) >= 120


@pytest.mark.parametrize("rows", [SQL_ROWS, ISAM_ROWS], ids=["sql", "isam"])
def test_codes_are_unique_and_in_order(rows: list[Row]) -> None:
    codes = [code for code, _, _, _ in rows]
    assert len(set(codes)) == len(codes)
    assert codes == sorted(codes, reverse=True)


def test_letters_and_flags() -> None:
    for code, letter, flags, _ in SQL_ROWS:
        assert letter in LETTERS, code
        assert re.fullmatch(r"-|a?[ri]?d?\??", flags), code
    for code, letter, flags, _ in ISAM_ROWS:
        assert letter in {*LETTERS, "="}, code
        assert re.fullmatch(r"-|r?d?\??", flags), code


def test_texts_are_short_and_our_own() -> None:
    for code, _, _, text in [*SQL_ROWS, *ISAM_ROWS]:
        assert len(text) < 90, code
        assert text.isascii(), code
        # The vendor's texts are sentences with printf conversions.
        assert not text.endswith("."), code
        assert "%" not in text, code
        assert not re.match(r"(The|A|An|Cannot|Could) ", text), code


DANGLING = re.compile(r"\b(on|of|from|for|at|to|in|across|with|by|is|are)$|[,:;-]$")


def test_texts_read_well_with_and_without_a_token() -> None:
    for code, _, _, text in SQL_ROWS:
        assert text.count("{") == text.count("{}") <= 1, code
        before = text.partition(" {}")[0].removesuffix(":")
        assert "{}" not in before, code
        assert not DANGLING.search(before), code
        without_token = str(error_from_server(code))
        assert "{" not in without_token, code
        assert not DANGLING.search(without_token), code
        assert str(error_from_server(code, 0, 0, "tok")).count("tok") == 1, code
    assert all("{" not in text for _, _, _, text in ISAM_ROWS)


def test_every_row_makes_an_error_of_its_class() -> None:
    for code, letter, flags, text in SQL_ROWS:
        info = describe_sqlcode(code)
        assert info == (
            code,
            text,
            LETTERS[letter],
            "a" in flags,
            None if "i" in flags else "r" in flags,
            "d" in flags,
            "?" in flags,
            True,
        )
        error = error_from_server(code)
        assert type(error) is LETTERS[letter], code
        assert error.sqlcode == code
        assert error.retryable is ("r" in flags), code
        assert error.session_dead is ("d" in flags), code


def test_ranges_are_disjoint_and_in_order() -> None:
    edges = [edge for first, last, _ in _sqlcodes.RANGES for edge in (first, last)]
    assert all(first > last for first, last in itertools.pairwise(edges))
    assert {letter for _, _, letter in _sqlcodes.RANGES} <= set(LETTERS)


def test_isam_decides_for_access_codes_only() -> None:
    assert flagged("a") == numbers(ACCESS)


def test_integrity_codes() -> None:
    listed = {code for code, letter, _, _ in SQL_ROWS if letter == "I"}
    assert listed == numbers(INTEGRITY)


def test_retry_flags() -> None:
    assert flagged("r") == numbers(RETRY_AFTER_RECONNECT) | numbers(RETRY_IN_SESSION)
    assert flagged("i") == numbers(RETRY_BY_ISAM)


def test_session_flags() -> None:
    assert numbers(DEAD) <= flagged("d")
    assert not numbers(ALIVE) & flagged("d")


def test_isam_codes_of_locks_and_space() -> None:
    rows = {code: (letter, flags) for code, letter, flags, _ in ISAM_ROWS}
    for code in numbers(LOCK):
        assert rows[code] == ("O", "r"), code
    for code in numbers(SPACE):
        assert rows[code] == ("O", "-"), code


def test_doubtful_rows_say_so() -> None:
    assert {-6017, -979, -244, -746, -9610, -23197} <= flagged("?")
    assert not {-201, -206, -217, -268, -691} & flagged("?")
    assert len(flagged("?")) < 0.1 * len(SQL_ROWS)
