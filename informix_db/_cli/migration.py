"""Lines of a program for IfxPy or IfxPyDbi that behave differently on informix_db.

Works on the syntax tree of one file, without running it. Only files that import one of
the modules are looked at; methods are known by their names, because nothing says what
an object is. So a finding is a line to look at, no verdict, and code that builds SQL or
connection strings of pieces may have differences that are not found.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from informix_db import ProgrammingError
from informix_db._conninfo import parse_dsn

_MODULES = frozenset({"IfxPy", "IfxPyDbi"})


class Finding(NamedTuple):
    """A line to look at."""

    line: int
    column: int
    topic: str
    reason: str
    advice: str


class Topic(NamedTuple):
    """Why lines of a kind need a look, and what to do about them."""

    name: str
    reason: str
    advice: str

    def at(self, node: ast.AST, *details: str) -> Finding:
        """Return the finding for a node; `details` fill the texts."""
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1
        reason, advice = self.reason.format(*details), self.advice.format(*details)
        return Finding(line, column, self.name, reason, advice)


_IMPORT = Topic(
    "import",
    "{} is IBM's module",
    "from informix_db.compat import {}, or informix_db.compat.install() before",
)
_AUTOCOMMIT = Topic(
    "autocommit",
    "every statement commits itself, as it does with IfxPyDbi, whose documentation "
    "says otherwise",
    "call set_autocommit(False) if rollback() is to undo anything",
)
_NO_TRANSACTION = Topic(
    "transaction",
    "{}() does nothing: this file never turns autocommit off",
    "call set_autocommit(False) after connecting, or let it be",
)
_ATTRIBUTE = Topic(
    "autocommit",
    "an attribute called autocommit does nothing, as in IfxPyDbi",
    "call set_autocommit()",
)
_CONN_OPTIONS = Topic(
    "conn_options",
    "IfxPyDbi ignores conn_options, here they are applied",
    "see that the program commits if they turn autocommit off",
)
_DSN = Topic(
    "connection-string", "{}", "write it as docs/USAGE.md, Connection strings, says"
)
_NO_HOST = Topic(
    "connection-string",
    "without HOST the server is looked up in the sqlhosts file",
    "add HOST and SERVICE, or set INFORMIXSQLHOSTS",
)
_MISSING = Topic(
    "missing", "IfxPy has no {}, whatever its documentation says", "remove the call"
)
_SMART_TRIGGER = Topic(
    "smart-trigger", "{} is not supported", "poll, or stay with IfxPy for this part"
)
_NEXTSET = Topic(
    "nextset",
    "nextset() raises an error in IfxPyDbi, here it returns None",
    "see that None ends the loop",
)
_CALLPROC = Topic(
    "callproc",
    "routines with OUT or INOUT parameters are refused",
    "let the routine return the values: they are rows then",
)
_EXECUTEMANY = Topic(
    "executemany",
    "with autocommit the rows are one transaction: an error undoes them all",
    "see that nothing relies on the rows before the error",
)
_DICT = Topic(
    "parameters",
    "IfxPyDbi binds the keys of a dict, here a dict is refused",
    "pass a tuple",
)
_BINARY = Topic(
    "binary",
    "IfxPyDbi stores the text '<memory at 0x...>' for Binary(), here the bytes",
    "look for such text in the table",
)
_SCHEMA = Topic("schema", "{}() does nothing, as in IfxPyDbi", "name owners in the SQL")
_HANDLER = Topic(
    "exception",
    "IfxPyDbi never raises {} for an error of the server, here it is raised",
    "see that the handler does what it should",
)
_MESSAGE = Topic(
    "message",
    "texts of errors differ; none has SQLSTATE=",
    "compare the SQLCODE, or the sqlcode of the __cause__",
)
_ESCAPE = Topic(
    "odbc-escape",
    "of ODBC's escapes only {{call ...}} works: for the server {{ }} is a comment",
    "write it in Informix' SQL",
)
_LOTOFILE = Topic(
    "lotofile",
    "files that LOTOFILE writes stay in memory",
    "select the value and write the file",
)
_PARAM_FILE = Topic(
    "param-file", "PARAM_FILE is refused, as in IfxPy", "read the file and bind bytes"
)
_SYNTAX = Topic("syntax", "this file cannot be parsed: {}", "is it for Python 2?")

_MISSING_NAMES = frozenset(
    {"createdb", "createdbNX", "dropdb", "fetch_object", "next_result", "pconnect"}
)
_HANDLED = frozenset(
    {
        "DataError",
        "IntegrityError",
        "InternalError",
        "NotSupportedError",
        "ProgrammingError",
    }
)
_METHODS = {
    "callproc": _CALLPROC,
    "executemany": _EXECUTEMANY,
    "get_current_schema": _SCHEMA,
    "nextset": _NEXTSET,
    "set_current_schema": _SCHEMA,
}
_TURNS_AUTOCOMMIT_OFF = frozenset(
    {"SQL_ATTR_AUTOCOMMIT", "SQL_AUTOCOMMIT_OFF", "autocommit", "set_autocommit"}
)
_CODE = re.compile(r"SQLCODE|\d{3}")
_IN_TEXT = (
    (re.compile(r"SQLSTATE=|\[Informix\]\["), _MESSAGE),
    (
        re.compile(
            r"\{\s*(?:\?\s*=\s*call\b|(?:d|t|ts)\s*'|(?:fn|oj)\s)", re.IGNORECASE
        ),
        _ESCAPE,
    ),
    (re.compile(r"\bLOTOFILE\s*\(", re.IGNORECASE), _LOTOFILE),
)


def findings(source: str | bytes) -> list[Finding]:
    """Return the lines of a file that need a look, in order."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as exc:
        text = source if isinstance(source, str) else source.decode("latin-1")
        if not re.search(r"\bimport\s+IfxPy|\bfrom\s+IfxPy", text):
            return []
        place = ast.Pass(lineno=getattr(exc, "lineno", None) or 1, col_offset=0)
        return [_SYNTAX.at(place, getattr(exc, "msg", None) or str(exc) or "too deep")]
    return sorted(set(_Look(tree).findings()))


class _Look:
    """One file: what it imports, and what it does with it."""

    def __init__(self, tree: ast.Module) -> None:
        self._nodes = list(ast.walk(tree))
        self._modules: dict[str, str] = {}  # the module by the name it goes by
        self._names: dict[str, tuple[str, str]] = {}  # a name of a module, likewise
        self._texts: dict[str, str] = {}  # text by the name it was assigned to
        for node in self._nodes:
            self._note(node)
        self._uses_transactions = any(
            _last_name(node) in _TURNS_AUTOCOMMIT_OFF and not _is_set(node)
            for node in self._nodes
        )

    def _note(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name in _MODULES:
                    self._modules[alias.asname or alias.name] = alias.name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if node.module in _MODULES:
                    meant = node.module or "", alias.name
                    self._names[alias.asname or alias.name] = meant
                elif alias.name in _MODULES:  # of this package's compat
                    self._modules[alias.asname or alias.name] = alias.name
        elif isinstance(node, ast.Assign):
            value = node.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        self._texts[target.id] = value.value

    def findings(self) -> Iterator[Finding]:
        """Yield what was found, maybe twice."""
        if not self._modules and not self._names:
            return
        for node in self._nodes:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                yield from self._import(node)
            elif isinstance(node, ast.Call):
                yield from self._call(node)
            elif isinstance(node, ast.ExceptHandler):
                yield from self._handler(node)
            elif isinstance(node, (ast.Attribute, ast.Name)):
                yield from self._name(node)
                if _last_name(node) == "autocommit" and _is_set(node):
                    yield _ATTRIBUTE.at(node)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                for pattern, topic in _IN_TEXT:
                    if pattern.search(node.value):
                        yield topic.at(node)

    def _meant(self, node: ast.AST) -> tuple[str, str] | None:
        """Return the module and the name in it that an expression means."""
        if isinstance(node, ast.Name):
            return self._names.get(node.id)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = self._modules.get(node.value.id)
            return None if module is None else (module, node.attr)
        return None

    def _import(self, node: ast.Import | ast.ImportFrom) -> Iterator[Finding]:
        modules = [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
        for module in modules:
            if module in _MODULES:
                yield _IMPORT.at(node, module)

    def _call(self, node: ast.Call) -> Iterator[Finding]:
        meant = self._meant(node.func)
        if meant is not None and meant[1] == "connect":
            yield from self._connect(node, meant[0])
        if meant is not None or not isinstance(node.func, ast.Attribute):
            if meant is not None and meant[1] == "callproc":
                yield _CALLPROC.at(node)
            if meant == ("IfxPyDbi", "Binary"):
                yield _BINARY.at(node)
            if meant is not None and meant[1] in ("commit", "rollback"):
                yield from self._ending(node, meant[1])
            return
        method = node.func.attr
        if method in _METHODS:
            yield _METHODS[method].at(node, method)
        if method in ("commit", "rollback"):
            yield from self._ending(node, method)
        if method == "execute" and any(isinstance(a, ast.Dict) for a in node.args[1:]):
            yield _DICT.at(node)

    def _ending(self, node: ast.Call, name: str) -> Iterator[Finding]:
        if not self._uses_transactions:
            yield _NO_TRANSACTION.at(node, name)

    def _connect(self, node: ast.Call, module: str) -> Iterator[Finding]:
        if module == "IfxPyDbi":
            yield _AUTOCOMMIT.at(node)
            named = [keyword.arg for keyword in node.keywords]
            if "conn_options" in named or len(node.args) > 5:
                yield _CONN_OPTIONS.at(node)
        if node.args:
            yield from self._connection_string(node.args[0], node)

    def _connection_string(self, text: ast.expr, call: ast.Call) -> Iterator[Finding]:
        value = None
        if isinstance(text, ast.Constant):
            value = text.value
        elif isinstance(text, ast.Name):
            value = self._texts.get(text.id)
        if not isinstance(value, str):
            return
        try:
            settings = parse_dsn(value)
        except ProgrammingError as exc:
            yield _DSN.at(text, str(exc))
            return
        passed = len(call.args) > 3 or any(k.arg == "host" for k in call.keywords)
        if "host" not in settings and not passed:
            yield _NO_HOST.at(text)

    def _handler(self, node: ast.ExceptHandler) -> Iterator[Finding]:
        kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        for kind in kinds:
            meant = kind and self._meant(kind)
            if meant and meant[0] == "IfxPyDbi" and meant[1] in _HANDLED:
                yield _HANDLER.at(node, meant[1])
        for part in ast.walk(node):
            if node.name and isinstance(part, ast.Compare) and _asks(part, node.name):
                yield _MESSAGE.at(part)

    def _name(self, node: ast.Attribute | ast.Name) -> Iterator[Finding]:
        meant = self._meant(node)
        if meant is None or meant[0] != "IfxPy":
            return
        if meant[1] in _MISSING_NAMES:
            yield _MISSING.at(node, meant[1])
        elif "smart_trigger" in meant[1]:
            yield _SMART_TRIGGER.at(node, meant[1])
        elif meant[1] == "PARAM_FILE":
            yield _PARAM_FILE.at(node)


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_set(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)


def _asks(comparison: ast.Compare, error: str) -> bool:
    """Whether words, and no SQLCODE, are looked for in the text of an error."""
    words = comparison.left
    return (
        isinstance(comparison.ops[0], (ast.In, ast.NotIn))
        and isinstance(words, ast.Constant)
        and isinstance(words.value, str)
        and not _CODE.search(words.value)
        and any(_last_name(node) == error for node in ast.walk(comparison))
    )
