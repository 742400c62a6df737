"""Placeholders: where they are, where they are not, and what goes with them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from informix_db._base.sqltext import inserts_columns, prepare_text
from informix_db.exceptions import ProgrammingError

STEADY = settings(derandomize=True, deadline=None, max_examples=300)


# -- text that is left alone -----------------------------------------------------------

LEFT_ALONE = [
    "",
    "select 1 from t",
    # literals and quoted identifiers
    "select 'a ? b' from t",
    "select ':1' from t",
    "select 'it''s :name ?' from t",
    "select '''?' from t",
    "select 'back\\' from t where a = ':1'",
    'select "col?" from t',
    'select "a"":1" from t',
    "select 'unclosed ? :1",
    'select "unclosed ? :1',
    # comments
    "select 1 -- really? :1\nfrom t",
    "select 1 --?",
    "select /* ? :1 */ 1 from t",
    "select /* a /* ? */ 1 from t",
    "select /* ?\n:1 */ 1 from t",
    "select /* unclosed ? :1",
    "select { ? :name } 1 from t",
    "select { unclosed ? :1",
    "update t set {?} a = 1",
    "update t set { SET{?} a = 1",
    # casts
    "select a::int from t",
    "select a ::int, b:: decimal(5,2) from t",
    "select '1'::int::char(3) from t",
    'select "a"::int from t',
    "select f(x)::int from t",
    # databases, servers, owners
    "select * from stores:customer",
    "select * from stores@srv:joe.customer",
    'select * from stores:"joe".customer',
    'select * from "stores":customer',
    "select * from stores:'joe'.customer",
    "select * from db1:t1",
    "select * from caf\u00e9:tab",
    "execute procedure db$x:p()",
    # times
    "select datetime (12:30:45) hour to second from t",
    "select datetime(2024-01-01 12:30) year to minute from t",
    "select interval (1 02:03:04.5) day to fraction(1) from t",
    # collections
    "insert into t values (SET{1, 2})",
    "insert into t values (list{'?', ':1'})",
    # colons that begin nothing
    "select a : b from t",
    "select a[1:2] from t",
    ": :: : ::",
    ":",
    "a:::",
    # a number no statement has that many parameters of
    "select :9999999999 from t",
    f"select :{'9' * 5000} from t",
    "select :1st from t",
]


@pytest.mark.parametrize("sql", LEFT_ALONE)
def test_text_without_placeholders(sql: str) -> None:
    text = prepare_text(sql)
    assert text.sql == sql
    assert text.sources == ()
    assert not text.named
    assert text.arrange(None) == ()
    assert text.arrange([]) == []
    assert text.arrange({}) == ()


PLAIN_PIECES = st.sampled_from(
    [sql for sql in LEFT_ALONE if "unclosed" not in sql and "--?" not in sql and sql]
)


@STEADY
@given(st.lists(PLAIN_PIECES, max_size=5))
def test_text_without_placeholders_is_never_changed(pieces: list[str]) -> None:
    sql = "\n".join(pieces)
    assert prepare_text(sql).sql == sql


@STEADY
@given(st.text(st.characters(exclude_characters="?:"), max_size=60))
def test_text_without_their_characters_is_never_changed(sql: str) -> None:
    text = prepare_text(sql)
    assert (text.sql, text.sources) == (sql, ())


@STEADY
@given(st.text("?:'\"-/*{} 1a\nSET", max_size=40))
def test_any_text_gives_as_many_marks_as_sources(sql: str) -> None:
    """Or an error; and what is not a placeholder is copied."""
    try:
        text = prepare_text(sql)
    except ProgrammingError:
        return
    assert text.sql.count("?") >= len(text.sources)
    assert len(text.sql) <= len(sql)
    if not text.sources:
        assert text.sql == sql


# -- text with placeholders ------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "sent", "sources"),
    [
        ("?", "?", (0,)),
        ("values (?,?)", "values (?,?)", (0, 1)),
        ("between?and?", "between?and?", (0, 1)),
        ("select first? a", "select first? a", (0,)),
        ("a='x'and b=?", "a='x'and b=?", (0,)),
        ("?::int", "?::int", (0,)),
        (":1", "?", (0,)),
        (":1::int", "?::int", (0,)),
        (":2, :1", "?, ?", (1, 0)),
        (":1, :2, :1", "?, ?, ?", (0, 1, 0)),
        ("(:1)", "(?)", (0,)),
        ("a=:1 and b=:2", "a=? and b=?", (0, 1)),
        (":name", "?", ("name",)),
        ("(:a,:b,:a)", "(?,?,?)", ("a", "b", "a")),
        (":name::int", "?::int", ("name",)),
        ("a =:_x1", "a =?", ("_x1",)),
        (":caf\u00e9", "?", ("caf\u00e9",)),
        ("SET{?, ?}", "SET{?, ?}", (0, 1)),
        ("list{set{:1}}", "list{set{?}}", (0,)),
        ("MultiSet{:a}", "MultiSet{?}", ("a",)),
        ("'?' ? \"?\" ? --?\n? /*?*/ ? {?} ?", None, (0, 1, 2, 3, 4)),
        ("'a'':1' || :1", "'a'':1' || ?", (0,)),
        ("db:t where a = :1", "db:t where a = ?", (0,)),
        ("extend(a, hour to minute) > :1", "extend(a, hour to minute) > ?", (0,)),
        ("datetime (1:2) hour to minute + :1", None, (0,)),
    ],
)
def test_placeholders(
    sql: str, sent: str | None, sources: tuple[int | str, ...]
) -> None:
    text = prepare_text(sql)
    assert text.sources == sources
    if sent is not None:
        assert text.sql == sent


@STEADY
@given(st.lists(st.tuples(PLAIN_PIECES, st.integers(1, 9)), min_size=1, max_size=6))
def test_numbers_anywhere(parts: list[tuple[str, int]]) -> None:
    order = sorted({number for _, number in parts})
    renumbered = [order.index(number) + 1 for _, number in parts]
    sql = "".join(
        f"{piece}\n:{number} "
        for (piece, _), number in zip(parts, renumbered, strict=True)
    )
    text = prepare_text(sql)
    assert text.sql == "".join(f"{piece}\n? " for piece, _ in parts)
    values = [f"value {number}" for number in range(1, len(order) + 1)]
    assert list(text.arrange(values)) == [f"value {number}" for number in renumbered]


@pytest.mark.parametrize(
    ("sql", "kinds"),
    [
        ("? :1", ":1 and ?"),
        (":1 :a", ":1 and :name"),
        ("? :a", ":name and ?"),
        ("? :1 :a", ":1 and :name and ?"),
    ],
)
def test_mixed_kinds(sql: str, kinds: str) -> None:
    with pytest.raises(ProgrammingError, match="mixes") as failed:
        prepare_text(sql)
    for kind in kinds.split(" and "):
        assert kind in str(failed.value)


def test_numbers_start_at_one() -> None:
    with pytest.raises(ProgrammingError, match="count from :1"):
        prepare_text("a = :0")


@pytest.mark.parametrize(
    ("sql", "message"),
    [(":2", "uses :2 but not :1"), (":1 :3", "uses :3 but not :2")],
)
def test_gaps(sql: str, message: str) -> None:
    with pytest.raises(ProgrammingError, match=message):
        prepare_text(sql)


# -- parameters ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "given_", "arranged"),
    [
        ("? ?", (1, 2), (1, 2)),
        ("? ?", [1, 2], (1, 2)),
        ("? ?", range(2), (0, 1)),
        (":2 :1", ["a", "b"], ("b", "a")),
        (":1 :2 :1", ["a", "b"], ("a", "b", "a")),
        (":x :y :x", {"x": 1, "y": 2}, (1, 2, 1)),
        (":x", {"x": None, "more": 3}, (None,)),
    ],
)
def test_arranging(sql: str, given_: Any, arranged: tuple[Any, ...]) -> None:
    assert tuple(prepare_text(sql).arrange(given_)) == arranged


@pytest.mark.parametrize(
    ("sql", "given_", "message"),
    [
        ("?", None, "has 1 parameter, 0 given"),
        ("?", (), "has 1 parameter, 0 given"),
        ("? ?", (1,), "has 2 parameters, 1 given"),
        ("?", (1, 2), "has 1 parameter, 2 given"),
        (":1 :1", (1, 2), "has 1 parameter, 2 given"),
        ("select 1", (1,), "has 0 parameters, 1 given; they are marked"),
        ("select %s", (1,), "has 0 parameters, 1 given; they are marked"),
        ("select ?", (), "has 1 parameter, 0 given$"),
        ("?", "x", "not str; write"),
        ("?", b"x", "not bytes; write"),
        ("?", 5, "not int; write"),
        ("? ?", {1, 2}, "not set; write"),
        ("?", iter([1]), "a sequence or a dict"),
        ("?", {"a": 1}, "no :name"),
        ("select 1", {"a": 1}, "no :name"),
        (":a", (1,), r"names its parameters \(:a\): pass a dict"),
        (":a", None, "pass a dict"),
        (":a :b", {"a": 1}, "parameter :b of the statement was not given"),
    ],
)
def test_parameters_that_do_not_match(sql: str, given_: Any, message: str) -> None:
    with pytest.raises(ProgrammingError, match=message):
        prepare_text(sql).arrange(given_)


# -- time ------------------------------------------------------------------------------


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "sql",
    [
        "select 1 for " + "-" * 100_000,
        "select 1 for" + " --" * 30_000,
        "for" + " /* a */" * 20_000,
        "'" * 100_000,
        ":" * 100_000,
        "{" * 100_000,
        "/*" * 50_000,
        "?," * 50_000,
    ],
    ids=lambda sql: sql[:12],
)
def test_no_text_takes_long(sql: str) -> None:
    prepare_text(sql)


@pytest.mark.timeout(5)
def test_no_insert_takes_long() -> None:
    sql = "INSERT INTO t VALUES (?)"
    assert inserts_columns(sql + " ; ", ["a"])
    assert not inserts_columns(sql + " " * 100_000 + "x", ["a"])
