"""The recipes of docs/OBSERVABILITY.md for OpenTelemetry, taken from the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from logins import connect_to
from opentelemetry import trace
from opentelemetry.instrumentation.dbapi import unwrap_connect
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

import informix_db
from informix_db.testing import Server

PAGE = Path(__file__).parents[2] / "docs" / "OBSERVABILITY.md"
SQL = "SELECT FIRST 1 tabid FROM systables WHERE tabid = ?"

EXPORTER = InMemorySpanExporter()


@pytest.fixture(scope="module", autouse=True)
def provider() -> None:
    """Collect the spans of this process; there is one provider, set once."""
    collecting = TracerProvider()
    collecting.add_span_processor(SimpleSpanProcessor(EXPORTER))
    trace.set_tracer_provider(collecting)


@pytest.fixture
def recipes() -> Iterator[list[str]]:
    section = PAGE.read_text(encoding="utf-8").partition("## OpenTelemetry")[2]
    section = section.partition("\n## ")[0]
    EXPORTER.clear()
    yield re.findall(r"```py\n(.*?)```", section, re.DOTALL)
    unwrap_connect(informix_db, "connect")


def spans_of_a_session(server: Server, **arguments: Any) -> list[ReadableSpan]:
    with connect_to(server, **arguments) as conn:
        with conn.cursor() as cur:
            cur.execute(SQL, (1,))
            assert cur.fetchall() == [(1,)]
            cur.execute("CREATE TEMP TABLE t (a INT)")
            cur.executemany("INSERT INTO t VALUES (?)", [(1,), (2,)])
            assert cur.rowcount == 2
            with pytest.raises(informix_db.ProgrammingError):
                cur.execute("SELECT a FROM no_such_table")
        conn.commit()
    return list(EXPORTER.get_finished_spans())


def attributes_of(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def test_the_instrumentation_of_dbapi(emulator: Server, recipes: list[str]) -> None:
    exec(recipes[0], {"__name__": __name__, "informix_db": informix_db})
    spans = spans_of_a_session(emulator)
    names = [span.name.upper() for span in spans]
    assert names == ["SELECT", "CREATE", "INSERT", "SELECT"]
    first = attributes_of(spans[0])
    assert first["db.system"] == "informix"
    assert first["db.name"] == "testdb"
    assert first["db.user"] == "informix"
    assert first["net.peer.name"] == emulator.host
    assert first["net.peer.port"] == emulator.port
    assert first["db.statement"] == SQL
    assert spans[-1].status.status_code is StatusCode.ERROR
    assert "in4mix" not in str([attributes_of(span) for span in spans])


def test_an_observer_that_makes_spans(emulator: Server, recipes: list[str]) -> None:
    names: dict[str, Any] = {}
    exec(recipes[1], names)
    spans = spans_of_a_session(emulator, observer=names["Spans"]())
    assert [span.name for span in spans] == [
        "connect",
        "execute",
        "execute",
        "executemany",
        "execute",
        "commit",
        "close",
    ]
    assert attributes_of(spans[1])["db.statement"] == SQL
    assert attributes_of(spans[1])["db.round_trips"] == 2
    assert spans[4].status.status_code is StatusCode.ERROR
