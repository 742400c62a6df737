"""The documents: their Python examples are run, what they refer to is there.

The blocks of a section share a namespace, in which `conn` is an open connection and
`cur` a cursor of it; both are renewed where a block leaves them closed. A text block
right after a Python block is what it prints. SQL blocks of USAGE.md make the tables.
Functions called test_ are tests: each is run with the fixtures it asks for.
The examples' host is the emulator, its port 9089 the emulator behind TLS.
"""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
import re
import shlex
import shutil
import socket
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from logins import connect_to

import informix_db
from informix_db.params import connect_params
from informix_db.testing import Server, commandline

ROOT = Path(__file__).parents[2]
TLS = ROOT / "tests" / "data" / "tls"
USERS = {"informix": "..."}
EXAMPLE_HOSTS = ("db.example.com", "localhost")
TLS_PORT = 9089

# Pages whose Python blocks are examples; others have tests of their own, or none.
PAGES = (
    "README.md",
    "docs/index.md",
    "docs/USAGE.md",
    "docs/EMULATOR.md",
    "docs/ERRORS.md",
    "docs/MIGRATING.md",
    "docs/OBSERVABILITY.md",
)
USAGE = (ROOT / "docs" / "USAGE.md").read_text(encoding="utf-8")
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


class Block(NamedTuple):
    language: str
    code: str
    line: int  # of its first line
    follows: bool  # the block before ends on the line above


class Section(NamedTuple):
    path: Path
    title: str
    blocks: list[Block]


def blocks_of(text: str) -> list[Block]:
    blocks = []
    end = -1
    for match in _FENCED.finditer(text):
        line = text.count("\n", 0, match.start(2)) + 1
        blocks.append(Block(match[1], match[2], line, match.start() == end + 1))
        end = match.end()
    return blocks


def sections(name: str) -> list[Section]:
    """Return the sections of a document that have Python examples."""
    path = ROOT / name
    text = path.read_text(encoding="utf-8")
    headings = list(_HEADING.finditer(text))
    starts = [0, *(match.start() for match in headings)]
    titles = ["(top)", *(match[1] for match in headings)]
    blocks = blocks_of(text)
    found = []
    for start, title, end in zip(starts, titles, [*starts[1:], len(text)], strict=True):
        lines = range(text.count("\n", 0, start), text.count("\n", 0, end))
        inside = [block for block in blocks if block.line - 1 in lines]
        if any(block.language == "python" for block in inside):
            found.append(Section(path, title, inside))
    return found


# By title, what has to be installed for the examples.
NEEDS = {"With other libraries": "pandas"}

SECTIONS = [
    section
    for page in PAGES
    for section in sections(page)
    if importlib.util.find_spec(NEEDS.get(section.title, "informix_db"))
]
TABLES = [
    statement
    for block in blocks_of(USAGE)
    if block.language == "sql"
    for statement in block.code.split(";\n")
    if statement.strip()
]


@pytest.fixture
def stores(
    section: Section, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[informix_db.Connection]:
    """A connection to the database of the examples, at the examples' address."""
    shutil.copy(TLS / "certificate.pem", tmp_path / "informix-ca.pem")
    monkeypatch.chdir(tmp_path)
    for name in ("IfxPy", "IfxPyDbi"):  # an example installs them
        monkeypatch.setitem(sys.modules, name, None)
    resolve = socket.getaddrinfo

    with contextlib.ExitStack() as running:
        plain = running.enter_context(Server(users=USERS))
        ports = {9088: plain.port}
        if any(str(TLS_PORT) in block.code for block in section.blocks):
            secure = Server(users=USERS, tls=server_context())
            ports[TLS_PORT] = running.enter_context(secure).port

        def redirected(host: Any, port: Any, *args: Any, **arguments: Any) -> Any:
            if host in EXAMPLE_HOSTS and port in ports:
                host, port = plain.host, ports[port]
            return resolve(host, port, *args, **arguments)

        monkeypatch.setattr(socket, "getaddrinfo", redirected)
        if TLS_PORT in ports:
            prepare("localhost", TLS_PORT, tls=client_context()).close()
        with prepare("db.example.com", 9088) as connection:
            yield connection


def server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "certificate.pem", TLS / "key.pem")
    return context


def client_context() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(TLS / "certificate.pem"))


def prepare(host: str, port: int, **arguments: Any) -> informix_db.Connection:
    """Make the database; return a connection to it."""
    login: dict[str, Any] = {"user": "informix", "password": USERS["informix"]}
    with informix_db.connect(
        host, port, autocommit=True, **login, **arguments
    ) as maker:
        maker.cursor().execute("CREATE DATABASE stores WITH LOG")
        for statement in TABLES:
            maker.cursor().execute(statement)
    return informix_db.connect(host, port, database="stores", **login, **arguments)


@pytest.mark.parametrize(
    "section", SECTIONS, ids=lambda section: f"{section.path.stem}: {section.title}"
)
def test_examples(
    section: Section,
    stores: informix_db.Connection,
    capsys: pytest.CaptureFixture[str],
) -> None:
    names: dict[str, Any] = {
        "informix_db": informix_db,
        "conn": stores,
        "cur": stores.cursor(),
        "rows": [(1, "one"), (2, "two")],
    }
    printed = ""
    for block in section.blocks:
        if block.language == "python":
            if getattr(names["conn"], "closed", True):  # IfxPy's do not tell
                names.update(conn=stores, cur=stores.cursor())
            code = "\n" * (block.line - 1) + block.code
            exec(compile(code, section.path, "exec"), names)
            printed = capsys.readouterr().out
        elif block.language == "text" and block.follows:
            assert printed == block.code, f"line {block.line}"
    for name, value in names.items():
        if isinstance(value, informix_db.Connection):
            value.close()
        if name.startswith("test_"):
            run_test(value)


def run_test(function: Any) -> None:
    """Call a test of an example with the fixtures that it names."""
    with Server() as server, connect_to(server) as connection:
        fixtures = {"informix_server": server, "informix_connection": connection}
        wanted = inspect.signature(function).parameters
        function(**{name: fixtures[name] for name in wanted})


def test_there_are_examples() -> None:
    """The reader of documents finds them, and what they print."""
    titles = {section.title for section in SECTIONS}
    assert {"Quick start", "Parameters", "asyncio", "Pools"} <= titles
    blocks = [block for section in SECTIONS for block in section.blocks]
    assert sum(block.language == "text" and block.follows for block in blocks) > 20


# -- what documents list

_ROW = re.compile(r"^\| (`\w+`(?:, `\w+`)*) \| ([^|]*) \|", re.MULTILINE)


def test_all_arguments_are_listed_with_their_defaults() -> None:
    table = USAGE.partition("### All arguments")[2].partition("\n###")[0]
    rows = [
        (re.findall(r"\w+", names), default) for names, default in _ROW.findall(table)
    ]
    listed = [name for names, _ in rows for name in names]
    assert sorted(listed) == sorted(inspect.signature(informix_db.connect).parameters)
    params = connect_params(host="h", user="u")
    plain = [(names[0], default[1:-1]) for names, default in rows if default[0] == "`"]
    stated = {name: value for name, value in plain if value not in listed}
    assert stated.pop("target_session_attrs") == params.role
    assert stated == {
        name: str(getattr(params, name)).removesuffix(".0") for name in stated
    }


def test_multiples_of_the_readme_are_those_of_the_benchmarks() -> None:
    """Within a factor of two, by which runs of the comparison may differ."""
    measured = {}
    for line in (ROOT / "docs" / "BENCHMARKS.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) == 9:
            measured[cells[1]] = cells[3:7]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| .+ \| 1 \|(?:.*\|){4}$", readme, re.MULTILINE)
    assert len(rows) > 5
    for row in rows:
        name, _, *multiples = [cell.strip() for cell in row.split("|")[1:-1]]
        for told, found in zip(multiples, measured[name], strict=True):
            assert bool(told) == bool(found), row
            assert not told or 0.5 <= float(told) / float(found) <= 2, row


@pytest.mark.parametrize(
    "kind", [informix_db.Connection, informix_db.Cursor, informix_db.ConnectionPool]
)
def test_what_users_call_is_in_the_usage(kind: type) -> None:
    names = {name for name in dir(kind) if not name.startswith("_")}
    errors = set(dir(informix_db.exceptions))
    assert names - errors - set(re.findall(r"\w+", USAGE)) == set()


# -- what documents refer to

_PATH = re.compile(
    r"`((?:_speedups|benchmarks|docs|examples|informix_db|tests|tools)"
    r"/[\w./-]+)`"
)
_LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)")
_DOCUMENT = re.compile(r"\b[A-Za-z][\w-]*\.md\b")
_PROTOCOL_SECTION = re.compile(r"PROTOCOL\.md\s+section\s+(\d+)")
_EMULATOR = re.compile(r"^(?:\$ )?python -m informix_db\.testing (.*)", re.MULTILINE)
_TARGET = re.compile(r"^(?:\$ )?make ([a-z-]+)", re.MULTILINE)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_are_named_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = [ROOT / name for name in _PATH.findall(text)]
    linked = [path.parent / name for name in _LINK.findall(text)]
    assert [str(file) for file in named + linked if not file.exists()] == []
    assert set(_DOCUMENT.findall(text)) <= {document.name for document in DOCUMENTS}


def test_documents_that_the_code_names_exist() -> None:
    names = {path.name for path in DOCUMENTS}
    protocol = (ROOT / "docs" / "PROTOCOL.md").read_text(encoding="utf-8")
    numbers = set(re.findall(r"^## (\d+)\.", protocol, re.MULTILINE))
    for tree in ("informix_db", "_speedups", "tests", "tools", "benchmarks"):
        for path in sorted((ROOT / tree).rglob("*.p[yx]*")):
            if path.suffix in (".py", ".pyi", ".pyx", ".pxi"):
                text = path.read_text(encoding="utf-8")
                assert set(_DOCUMENT.findall(text)) <= names, path
                assert set(_PROTOCOL_SECTION.findall(text)) <= numbers, path


def test_names_of_the_architecture_exist() -> None:
    """Modules of its pictures, and what it says they have."""
    text = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    sources = {
        path: path.read_text(encoding="utf-8")
        for tree in ("informix_db", "tests")
        for path in (ROOT / tree).rglob("*.py")
    }
    everything = "\n".join(sources.values())
    modules = {path.name for path in sources}
    assert set(re.findall(r"(?<![\w*])\w+\.py\b", text)) <= modules
    for name in re.findall(r"`(?:\w+\.)?(_?[a-z]\w*_\w+|[A-Z][a-z]\w+)`", text):
        assert re.search(rf"\b{name}\b", everything), name


def test_options_of_the_emulator_that_are_shown_exist() -> None:
    shown = [
        options
        for path in DOCUMENTS
        for options in _EMULATOR.findall(path.read_text(encoding="utf-8"))
    ]
    assert len(shown) > 2
    for options in shown:
        words = shlex.split(options.removesuffix("&"), comments=True)
        commandline._parser().parse_args(words)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_commands_of_make_exist(path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    shown = {
        target
        for block in blocks_of(path.read_text(encoding="utf-8"))
        for target in _TARGET.findall(block.code)
    }
    assert shown <= targets
