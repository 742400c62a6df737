"""Which column a parameter is stored in, as far as the text of a statement tells."""

from __future__ import annotations

import pytest

from informix_db._base.lobtext import reading_text, stored_column

NAMES = ["n", "photo"]


@pytest.mark.parametrize(
    ("sql", "at", "column"),
    [
        ("UPDATE t SET photo = ? WHERE n = ?", 0, "t.photo"),
        ('update stores:ann.t set a=?, "Photo" = ?', 1, 'stores:ann.t."Photo"'),
        ("UPDATE t SET note = 'why?', photo = ?", 0, "t.photo"),
        ("UPDATE t SET note = 'a = ', photo = /* ? */ ?", 0, "t.photo"),
        ("UPDATE t -- x = ?\nSET photo = ?", 0, "t.photo"),
        ("UPDATE t SET photo = f(?)", 0, None),
        ("UPDATE t SET photo = ?", 1, None),
        ("DELETE FROM t WHERE photo = ?", 0, None),
        ("SELECT ? FROM t", 0, None),
    ],
)
def test_without_names(sql: str, at: int, column: str | None) -> None:
    assert stored_column(sql, at, None) == column


def test_of_an_insert_the_description_tells() -> None:
    sql = "INSERT INTO t VALUES (?, ?)"
    assert stored_column(sql, 1, NAMES) == "t.photo"
    assert stored_column(sql, 1, None) is None
    assert stored_column("INSERT INTO ann.t (n, photo) VALUES (?, ?)", 0, NAMES) == (
        "ann.t.n"
    )


@pytest.mark.timeout(5)
def test_a_long_comment_takes_no_longer() -> None:
    comment = f"/* {'x' * 100_000} */"
    sql = reading_text(f"SELECT b {comment} FROM t", "f")
    assert sql == f"SELECT lotofile(b {comment}, 'f', 'client') FROM t"
