"""nmap's scripts, written against real 11.50 servers, as clients of the emulator.

Only loopback is scanned, and only the emulator's own port. The scripts take the warn
field of DBOPEN's DONE for a length: in the ANSI database they cannot go on.
"""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest
from foreign import program

from informix_db.testing import Server

pytestmark = pytest.mark.interop


@pytest.fixture(scope="module")
def target() -> Iterator[Server]:
    with Server() as server:
        yield server


def run(target: Server, script: str, **arguments: str) -> str:
    """Return what `script` printed about the emulator's port (errors only with -d)."""
    pairs = ",".join(f"{name}={value}" for name, value in arguments.items())
    command = [program("nmap"), "-d", "-n", "-Pn", "-sT", "--unprivileged", "-oX", "-"]
    command += ["-p", str(target.port), "--script", f"+{script}"]
    command += ["--script-args", pairs, target.host]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=50, check=True
    )
    found = ElementTree.fromstring(done.stdout).find(f".//script[@id='{script}']")
    assert found is not None, done.stdout
    return found.get("output", "")


def login(script: str, **more: str) -> dict[str, str]:
    given = {"username": "informix", "password": "in4mix", **more}
    return {f"{script}.{name}": value for name, value in given.items()}


def query(target: Server, sql: str, **more: str) -> str:
    script = "informix-query"
    return run(target, script, **login(script, query=f'"{sql}"', **more))


def test_query_of_the_script_itself(target: Server) -> None:
    """Without a query of ours the script asks for host name and version."""
    script = "informix-query"
    output = run(target, script, **login(script))
    assert "Database: sysmaster" in output
    assert "hostname" in output
    assert "emulator" in output


def test_query(target: Server) -> None:
    output = query(
        target,
        "SELECT tabname, tabid FROM systables WHERE tabid = 1",
        database="testdb",
    )
    assert [line.split() for line in output.splitlines()[-2:]] == [
        ["tabname", "tabid"],
        ["systables", "1"],
    ]


def test_several_statements(target: Server) -> None:
    output = query(
        target,
        "CREATE TABLE n_people (id INT, name VARCHAR(20), born DATE);"
        "INSERT INTO n_people VALUES (1, 'Ada', '1815-12-10');"
        "INSERT INTO n_people VALUES (2, 'Grace', '1906-12-09');"
        "UPDATE n_people SET name = 'Ada L.' WHERE id = 1;"
        "SELECT id, name, born FROM n_people ORDER BY id",
        database="unlogdb",
    )
    assert output.count("No rows returned") == 4
    rows = [line.split("\t") for line in output.splitlines()[-2:]]
    assert [[value.strip() for value in row[:2]] for row in rows] == [
        ["1", "Ada L."],
        ["2", "Grace"],
    ]


def test_rows_over_several_fetches(target: Server) -> None:
    inserts = "".join(f"INSERT INTO n_many VALUES ({i}, 'padding');" for i in range(60))
    output = query(
        target,
        f"CREATE TABLE n_many (id INT, pad CHAR(200)); {inserts} "
        "SELECT id, pad FROM n_many ORDER BY id",
        database="unlogdb",
    )
    table = output[output.rindex("Results") :].splitlines()[2:]
    assert [int(line.split()[0]) for line in table] == list(range(60))


def test_error(target: Server) -> None:
    output = query(target, "SELECT * FROM nosuch", database="testdb")
    assert "ERROR: The specified table is not in the database." in output


def test_wrong_password(target: Server) -> None:
    script = "informix-query"
    output = run(target, script, **login(script, password="wrong"))
    assert "Incorrect password or user" in output


def test_unknown_database(target: Server) -> None:
    output = query(target, "SELECT 1 FROM systables", database="nosuchdb")
    assert "Database not found" in output


def test_tables(target: Server) -> None:
    """Lists the databases and reads the catalog of the first one that is not system."""
    query(target, "CREATE TABLE n_listed (one INT, two INT)", database="testdb")
    output = run(target, "informix-tables", **login("informix-tables"))
    assert "Database: testdb" in output
    rows = [line.split() for line in output.splitlines()]
    assert ["n_listed", "one", "0"] in rows
    assert ["n_listed", "two", "0"] in rows


def test_brute(target: Server, tmp_path: Path) -> None:
    """Finds the one right pair among wrong ones."""
    users, passwords = tmp_path / "users", tmp_path / "passwords"
    users.write_text("nobody\ninformix\n", encoding="utf-8")
    passwords.write_text("wrong\nin4mix\n", encoding="utf-8")
    arguments = {"userdb": str(users), "passdb": str(passwords)}
    one_by_one = {"brute.start": "1", "brute.threads": "1"}
    output = run(target, "informix-brute", **arguments, **one_by_one)
    assert "informix:in4mix - Valid credentials" in output
    assert "nobody" not in output
