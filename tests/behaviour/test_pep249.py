"""PEP 249's compliance suite (dbapi-compliance on PyPI), run against the emulator.

The suite leaves some tests to the driver: `nextset` and `setoutputsize`, which depend
on what the database has, and closing twice, on which it says reasonable persons
differ. Informix has no `lower` routine that EXECUTE PROCEDURE could call.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import dbapi20
import pytest
from logins import login_to

import informix_db
from informix_db.testing import Server


@pytest.fixture(autouse=True)
def _connect_to_emulator(emulator: Server) -> None:
    TestPEP249.connect_kw_args = login_to(emulator)


class TestPEP249(dbapi20.DatabaseAPI20Test):  # type: ignore[misc]
    driver = informix_db
    connect_kw_args: dict[str, Any] = {}  # noqa: RUF012 (the suite's attribute)
    lower_func = ""

    def _connect(self) -> informix_db.Connection:
        """Connect; the suite forgets to close some of its connections."""
        connection: informix_db.Connection = super()._connect()
        self.addCleanup(connection.close)
        return connection

    @contextlib.contextmanager
    def _cursor(self) -> Iterator[informix_db.Cursor]:
        with self._connect() as connection:
            yield connection.cursor()

    def test_nextset(self) -> None:
        with self._cursor() as cursor:
            cursor.execute("SELECT tabid FROM systables WHERE tabid < 3")
            assert cursor.nextset() is None

    def test_setoutputsize(self) -> None:
        with self._cursor() as cursor:
            cursor.setoutputsize(1000)
            cursor.setoutputsize(2000, 0)
            cursor.execute("SELECT tabid FROM systables WHERE tabid = 1")
            assert cursor.fetchall() == [(1,)]

    def test_non_idempotent_close(self) -> None:
        connection = self._connect()
        connection.close()
        connection.close()
