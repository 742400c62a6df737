"""The format of LOAD and UNLOAD."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from informix_db._cli.unl import BadFile, Format

PIPE = Format("|")


def fields_of(text: str, form: Format = PIPE) -> list[list[str | None]]:
    lines = io.StringIO(text, newline="\n")
    return [record.fields for record in form.records(lines)]


@pytest.mark.parametrize(
    ("values", "record"),
    [
        (["1", None, "a b"], "1||a b|\n"),
        ([""], "\\ |\n"),
        ([" "], " |\n"),
        (["a|b\\c\nd"], "a\\|b\\\\c\\\nd|\n"),
        ([None], "|\n"),
    ],
)
def test_records(values: list[str | None], record: str) -> None:
    assert PIPE.record(values) == record
    assert fields_of(record) == [values]


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ("1|2\n", [["1", "2"]]),  # the last delimiter is missing
        ("1|2|", [["1", "2"]]),  # the last newline is
        ("1|\r\n2|\r\n", [["1"], ["2"]]),
        ("a\\b|\n", [["ab"]]),  # an escape that was not needed
        ("a\\\\|\nb|\n", [["a\\"], ["b"]]),
        ("", []),
    ],
)
def test_files_of_others(text: str, records: list[list[str | None]]) -> None:
    assert fields_of(text) == records


def test_records_know_their_lines() -> None:
    text = "a\\\nb|\nc|\n"
    assert [record.line for record in PIPE.records(text.splitlines(True))] == [1, 3]


def test_a_file_that_ends_too_early() -> None:
    with pytest.raises(BadFile, match="line 2: the file ends after a backslash"):
        fields_of("a|\nb\\\n")


@given(
    st.lists(
        st.lists(st.none() | st.text(max_size=8), min_size=1, max_size=4), max_size=4
    ),
    st.sampled_from("|;\t *+^[-"),
)
def test_what_is_written_is_read(rows: list[list[str | None]], delimiter: str) -> None:
    form = Format(delimiter)
    # A value that ends in CR at the end of a line is one of a Windows file.
    text = "".join(form.record(row) for row in rows)
    assert fields_of(text, form) == rows
