"""migrate-check: what it finds, what it leaves alone, how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from informix_db._cli.main import main
from informix_db._cli.migration import findings

ROOT = Path(__file__).parents[3]
IMPORT = "import IfxPy, IfxPyDbi as dbi\n"


def topics(source: str) -> list[str]:
    """What is found besides the line with the imports."""
    return [each.topic for each in findings(IMPORT + source) if each.line > 1]


@pytest.mark.parametrize(
    ("source", "topic"),
    [
        ("dbi.connect('HOST=h;SERVER=s')", "autocommit"),
        ("dbi.connect(text, conn_options=o)", "conn_options"),
        ("dbi.connect(text, '', '', '', '', o)", "conn_options"),
        ("from IfxPyDbi import connect as c\nc(text)", "autocommit"),
        ("IfxPy.connect('HOSTS=h', '', '')", "connection-string"),
        ("cs = 'PROTOCOL=drsoctcp'\nIfxPy.connect(cs, '', '')", "connection-string"),
        ("IfxPy.connect('SERVER=s;DATABASE=d', '', '')", "connection-string"),
        ("conn.commit()", "transaction"),
        ("IfxPy.rollback(conn)", "transaction"),
        ("IfxPy.pconnect(cs, '', '')", "missing"),
        ("IfxPy.fetch_object(s)", "missing"),
        ("from IfxPy import next_result\nnext_result(s)", "missing"),
        ("IfxPy.open_smart_trigger(c, 'u', False, 1, 1, 1)", "smart-trigger"),
        ("IfxPy.bind_param(s, 1, name, IfxPy.PARAM_FILE)", "param-file"),
        ("IfxPy.callproc(c, 'p', (1,))", "callproc"),
        ("cur.callproc('p', (1,))", "callproc"),
        ("cur.nextset()", "nextset"),
        ("cur.executemany(sql, rows)", "executemany"),
        ("cur.execute(sql, {'a': 1})", "parameters"),
        ("dbi.Binary(b'')", "binary"),
        ("conn.set_current_schema('s')", "schema"),
        ("try:\n  pass\nexcept dbi.IntegrityError:\n  pass", "exception"),
        ("try:\n  pass\nexcept (KeyError, dbi.DataError):\n  pass", "exception"),
        ("if 'SQLSTATE=23' in str(e): pass", "message"),
        ("try: pass\nexcept Exception as e: 'Unique' in str(e)", "message"),
        ("try: pass\nexcept Exception as e: 'x' not in e.args[0]", "message"),
        ("conn.autocommit = False", "autocommit"),
        ("conn.autocommit = False\nconn.rollback()", "transaction"),
        ("sql = \"SELECT {d '2026-01-01'} FROM t\"", "odbc-escape"),
        ("sql = '{? = call f(?)}'", "odbc-escape"),
        ("sql = \"SELECT LOTOFILE(b, 'x', 'client') FROM t\"", "lotofile"),
    ],
)
def test_lines_that_need_a_look(source: str, topic: str) -> None:
    assert topic in topics(source)


@pytest.mark.parametrize(
    "source",
    [
        "IfxPy.connect('HOST=h;SERVICE=9088;SERVER=s;UID=u;PWD=p', '', '')",
        "IfxPy.connect(made_elsewhere, '', '')",
        "conn.set_autocommit(False)\nconn.commit()",
        "IfxPy.autocommit(c, IfxPy.SQL_AUTOCOMMIT_OFF)\nIfxPy.commit(c)",
        "cur.execute(sql, (1, 2))",
        "try:\n  pass\nexcept dbi.OperationalError:\n  pass",
        "try:\n  pass\nexcept:\n  pass",
        "sql = '{call p(?)}'",
        "code = re.search(r'SQLCODE=(-\\d+)', str(e))",
        "try: pass\nexcept Exception as e: 'SQLCODE=-268' in str(e)",
        "try: pass\nexcept Exception as e: '-239' in str(e)",
        "try: pass\nexcept Exception as e: 'Unique' in str(other)",
        "try: pass\nexcept Exception as e: e in seen",
        "print(conn.autocommit)",
        "IfxPy.fetch_tuple(s)",
    ],
)
def test_lines_that_need_none(source: str) -> None:
    assert topics(source) == []


def test_programs_that_use_neither_are_left_alone() -> None:
    assert findings("conn.commit()\ncur.nextset()\nx = 'SQLSTATE='") == []
    assert findings("def broken(:") == []


def test_files_of_python_2_are_said_to_be_such() -> None:
    [found] = findings(b"import IfxPy\nprint 'caf\xe9'\n")
    assert found.topic == "syntax"
    assert found.line in (1, 2)


def test_imports_are_found_once_and_those_of_compat_not() -> None:
    found = findings("import IfxPyDbi\nfrom IfxPy import connect\n")
    assert [(each.line, each.topic) for each in found] == [(1, "import"), (2, "import")]
    assert "from informix_db.compat import IfxPyDbi" in found[0].advice
    source = "from informix_db.compat import IfxPyDbi\nIfxPyDbi.connect(text)"
    assert [each.topic for each in findings(source)] == ["autocommit"]


# -- the command


@pytest.fixture
def code_base(tmp_path: Path) -> Path:
    (tmp_path / "src" / "__pycache__").mkdir(parents=True)
    (tmp_path / ".hidden").mkdir()
    program = "import IfxPyDbi\n\nconn = IfxPyDbi.connect(text)\n"
    for name in ("src/app.py", "src/__pycache__/app.py", ".hidden/app.py", "a.txt"):
        (tmp_path / name).write_text(program, encoding="utf-8")
    (tmp_path / "src" / "clean.py").write_text("import informix_db\n", encoding="utf-8")
    return tmp_path


def test_what_is_printed(code_base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate-check", str(code_base)]) == 1
    out, err = capsys.readouterr()
    app = code_base / "src" / "app.py"
    first, second = out.splitlines()
    assert first.startswith(f"{app}:1:1: import: IfxPyDbi is IBM's module -> from ")
    assert second.startswith(f"{app}:3:8: autocommit: every statement commits itself")
    assert err == "2 lines to look at\n"


def test_what_the_guide_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    guide = (ROOT / "docs" / "MIGRATING.md").read_text(encoding="utf-8")
    command, *shown = guide.partition("```text\n$ ")[2].partition("```")[0].splitlines()
    (tmp_path / "src").mkdir()
    program = "import IfxPyDbi\n\n\n\nconn = IfxPyDbi.connect(text)\n"
    (tmp_path / "src" / "stock.py").write_text(program, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(command.partition("informix_db ")[2].split()) == 1
    out, err = capsys.readouterr()
    assert (out + err).splitlines() == shown


def test_single_files_of_any_name(
    code_base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["migrate-check", str(code_base / "a.txt")]) == 1
    assert main(["migrate-check", str(code_base / "src" / "clean.py")]) == 0
    assert capsys.readouterr().err.endswith("0 lines to look at\n")


def test_paths_there_are_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["migrate-check", str(tmp_path / "nothing")]) == 2
    assert "No such file or directory" in capsys.readouterr().err
    (tmp_path / "program.py").write_text("import IfxPy\n")
    paths = [str(tmp_path / "nothing"), str(tmp_path / "program.py")]
    assert main(["migrate-check", *paths]) == 2
    assert "program.py:1:1: import" in capsys.readouterr().out
    with pytest.raises(SystemExit) as caught:
        main(["migrate-check"])
    assert caught.value.code == 2


def test_a_file_that_is_nested_too_deeply() -> None:
    (found,) = findings("import IfxPy\n" + "(" * 3000 + ")" * 3000)
    assert found.topic == "syntax"
