"""Connection strings: a URL, or the keywords of Informix' ODBC driver.

Text in, arguments of `connect` out; nothing is opened but a file of certificate
authorities, if a string names one. Both forms are unforgiving about keywords,
because one that is misspelt would otherwise be one that is ignored; and no message
repeats a value, because any of them may be a password, or a piece of one that was not
quoted. The keywords are those of the vendor's table, of IfxPy's samples and of two
other ODBC drivers whose strings are found in programs, and of IBM's JDBC driver the one
that means the same here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from informix_db.exceptions import ProgrammingError

if TYPE_CHECKING:
    import ssl

Settings = dict[str, Any]

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_HOST = re.compile(r"(?:\[(?P<ipv6>[^\[\]]*)\]|(?P<name>[^\[\]:]*))(?::(?P<port>.*))?")
_PORT = re.compile(r"[0-9]{1,5}")
_PASSWORD = "password"

_TRUE = frozenset({"1", "true", "yes", "y", "on", "t"})
_FALSE = frozenset({"0", "false", "no", "n", "off", "f"})

# Environment of the session that a string may set like an argument; what begins with
# IFX_ may be set as well.
_ENVIRONMENT = frozenset(
    {
        "DBCENTURY",
        "DBDATE",
        "DBMONEY",
        "DBTIME",
        "DELIMIDENT",
        "GL_DATE",
        "GL_DATETIME",
        "NODEFDAC",
        "OPTCOMPIND",
        "OPT_GOAL",
        "PDQPRIORITY",
    }
)

_NETWORK_PROTOCOLS = frozenset({"onsoctcp", "olsoctcp", "ontlitcp", "oltlitcp"})
_TLS_PROTOCOLS = frozenset({"onsocssl", "olsocssl", "ontlissl", "oltlissl"})


def _text(value: str) -> str:
    return value


def _truth(value: str) -> bool:
    word = value.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError("true or false is")


def _whole(value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise ValueError("a whole number is") from None


def _decimal(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise ValueError("a number is") from None


def _tls(value: str) -> bool | ssl.SSLContext:
    """Return what `tls` stands for: true, false, verify, or a file of authorities."""
    word = value.strip().lower()
    if word in _TRUE or word in _FALSE:
        return _truth(word)
    import ssl  # slow, and only connections with TLS need it

    try:
        return ssl.create_default_context(cafile=None if word == "verify" else value)
    except OSError:
        raise ValueError(
            "true, false, verify or a file of certificate authorities is"
        ) from None


# Arguments of connect() that a string may give, and how.
_ARGUMENTS: dict[str, Callable[[str], Any]] = {
    "host": _text,
    "port": _whole,
    "user": _text,
    _PASSWORD: _text,
    "database": _text,
    "server": _text,
    "connect_timeout": _decimal,
    "connect_retries": _whole,
    "read_timeout": _decimal,
    "keepalive": _truth,
    "client_locale": _text,
    "db_locale": _text,
    "encoding_errors": _text,
    "autocommit": _truth,
    "tls": _tls,
    "tls_server_hostname": _text,
    "isolation": _text,
    "lock_wait": _whole,
    "statement_cache_size": _whole,
    "fetch_buffer_size": _whole,
    "target_session_attrs": _text,
}

# Keywords of ODBC strings for these arguments.
_KEYWORDS = {
    "hostname": "host",
    "service": "port",
    "serv": "port",
    "portnumber": "port",
    "srvr": "server",
    "servername": "server",
    "db": "database",
    "uid": "user",
    "logonid": "user",
    "pwd": _PASSWORD,
    "cloc": "client_locale",
    "dloc": "db_locale",
    "fetchbuffersize": "fetch_buffer_size",
    "fbc": "fetch_buffer_size",
    "prot": "protocol",
    "pro": "protocol",
    "condb": "connectdatabase",
    "xcl": "exclusive",
    "dlmd": "delimident",
    "ifx_lock_mode_wait": "lock_wait",
}

# Keywords that mean something here, but are no arguments.
_SPECIAL = frozenset(
    {"protocol", "connectdatabase", "exclusive", "ifx_isolation_level"}
)

# Keywords about how ODBC shows things, or is loaded: nothing to do here.
_IGNORED = frozenset(
    {
        "applicationusingthreads",
        "aut",
        "cptimeout",
        "curb",
        "cursorbehavior",
        "ddfp",
        "desc",
        "description",
        "describedecimalfloatpoint",
        "dnl",
        "donotuselvarchar",
        "driver",
        "dsn",
        "enableinsertcursors",
        "enablescrollablecursors",
        "filedsn",
        "icur",
        "leavetrailingspaces",
        "lts",
        "lengthincharfordiagrec",
        "needodbctypesonly",
        "oac",
        "odtyp",
        "opt",
        "optimizeautocommit",
        "optofc",
        "options",
        "rcwc",
        "reportcharcolaswidecharcol",
        "reportkeysetcursors",
        "rkc",
        "savefile",
        "scur",
        "singleth",
        "singlethreaded",
        "skipp",
        "skipparsing",
        "tdll",
        "topt",
        "translationdll",
        "translationoption",
        "upddesc",
        "update_describe",
    }
)


def parse_dsn(dsn: str) -> Settings:
    """Return the arguments of `connect` that a connection string holds.

    Environment variables are below ``env``. Several hosts are a list of pairs (host,
    port or None), or of triples with the server's name. Raises ProgrammingError, naming
    the keyword but no value.
    """
    if not isinstance(dsn, str):
        raise ProgrammingError(f"dsn must be a str, not {type(dsn).__name__}")
    if "\0" in dsn:
        raise ProgrammingError("dsn contains a NUL character")
    url = _SCHEME.match(dsn.strip())
    if url is None:
        if dsn.strip().lower().startswith("jdbc:"):
            raise ProgrammingError(
                "a JDBC URL is no dsn: write informix://host:port/database?server=name "
                "and pass user= and password="
            )
        return _settings_of(_keyword_pairs(dsn), ignored=_IGNORED)
    if url[1].lower() != "informix":
        raise ProgrammingError(
            "dsn must be informix://user:password@host:port/database?name=value&... "
            "or keywords: HOST=...;SERVICE=...;SERVER=...;DATABASE=...;UID=...;PWD=..."
        )
    return _parse_url(url[2])


def check_protocol(protocol: str) -> bool:
    """Return whether a protocol of sqlhosts means TLS; ProgrammingError if not SQLI."""
    name = protocol.strip().lower()
    if name in _TLS_PROTOCOLS:
        return True
    if name in _NETWORK_PROTOCOLS:
        return False
    if name.startswith("dr"):
        raise ProgrammingError(
            "the protocol is DRDA, which this driver does not speak: use the port of "
            "an onsoctcp or onsocssl listener"
        )
    raise ProgrammingError(
        "the protocol is none this driver speaks, onsoctcp or onsocssl"
    )


# -- URLs ------------------------------------------------------------------------------


def _parse_url(rest: str) -> Settings:
    location, _, query = rest.partition("?")
    authority, _, path = location.partition("/")
    login, at, hosts = authority.rpartition("@")
    # Without a login, an @ after the ? is probably that of one with a ? in it.
    settings = _settings_of(
        _query_pairs(query), after=_PASSWORD if "@" in query and not at else ""
    )
    if at:
        user, colon, password = login.partition(":")
        if user:
            settings["user"] = _unquoted(user)
        if colon:
            settings[_PASSWORD] = _unquoted(password)
    if path:
        settings["database"] = _unquoted(path)
    if hosts:
        _put_hosts(settings, [_parse_host(text) for text in hosts.split(",")])
    return settings


def _query_pairs(query: str) -> Iterator[tuple[str, str]]:
    for part in query.split("&"):
        if part:
            name, equals, value = part.partition("=")
            if not equals:
                raise ProgrammingError(
                    "a part of the dsn after ? has no =; write & in values as %26"
                )
            yield _unquoted(name), _unquoted(value)


def _unquoted(text: str) -> str:
    try:
        value = unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise ProgrammingError(
            "a %-escape of the dsn is no UTF-8; write % itself as %25"
        ) from None
    if "\0" in value:
        raise ProgrammingError("dsn contains a NUL character")
    return value


def _parse_host(text: str) -> tuple[str, int | None]:
    match = _HOST.fullmatch(text)
    if match is None:
        raise ProgrammingError(
            "the host of the dsn is no host:port; an IPv6 address goes in [ ], and :, "
            "@ and / in a user name or password are written %3A, %40 and %2F"
        )
    host = match["name"] if match["ipv6"] is None else match["ipv6"]
    port = match["port"]
    if port and not _PORT.fullmatch(port):
        raise ProgrammingError(
            "the port of the dsn is no number; :, @ and / in a user name or password "
            "are written %3A, %40 and %2F"
        )
    return _unquoted(host), int(port) if port else None


def _put_hosts(settings: Settings, hosts: list[tuple[str, int | None]]) -> None:
    """Add hosts, and to each of several its server's name, if they are listed too."""
    if len(hosts) == 1:
        settings["host"], port = hosts[0]
        if port is not None:
            settings["port"] = port
        if not settings["host"]:
            del settings["host"]
        return
    servers = settings.get("server", "").split(",")
    if len(servers) == 1:
        settings["host"] = hosts
        return
    if len(servers) != len(hosts):
        raise ProgrammingError(
            f"the dsn names {len(hosts)} hosts and {len(servers)} servers"
        )
    del settings["server"]
    settings["host"] = [
        (*host, name) for host, name in zip(hosts, servers, strict=True)
    ]


# -- keywords --------------------------------------------------------------------------


def _keyword_pairs(dsn: str) -> Iterator[tuple[str, str]]:
    """Take ``KEYWORD=value;...`` apart; ``{...}`` keeps a value together."""
    at, end = 0, len(dsn)
    while at < end:
        name, equals, _ = dsn[at:].partition("=")
        if not equals or ";" in name:
            blank, semicolon, _ = name.partition(";")
            if blank.strip():
                raise ProgrammingError(
                    "a part of the dsn has no =; a value with ; in it goes in { }"
                )
            at += len(blank) + len(semicolon)
            continue
        at += len(name) + 1
        while at < end and dsn[at].isspace():
            at += 1
        if dsn[at : at + 1] == "{":
            value, at = _braced(dsn, at + 1)
        else:
            stop = dsn.find(";", at)
            stop = end if stop < 0 else stop
            value, at = dsn[at:stop].strip(), stop + 1
        yield name.strip(), value


def _braced(dsn: str, at: int) -> tuple[str, int]:
    """Return the value up to the closing brace, and where the next part begins.

    Two closing braces are one of the value.
    """
    pieces = []
    while True:
        stop = dsn.find("}", at)
        if stop < 0:
            raise ProgrammingError("a { of the dsn has no }")
        pieces.append(dsn[at:stop])
        at = stop + 1
        if dsn[at : at + 1] != "}":
            break
        pieces.append("}")
        at += 1
    rest, semicolon, _ = dsn[at:].partition(";")
    if rest.strip():
        raise ProgrammingError("after a } of the dsn there is no ;")
    return "".join(pieces), at + len(rest) + len(semicolon)


# -- what the pairs mean ---------------------------------------------------------------


def _settings_of(
    pairs: Iterator[tuple[str, str]],
    ignored: frozenset[str] = frozenset(),
    after: str = "",
) -> Settings:
    """Return the settings of name and value pairs; the first of a name counts.

    `after` is the name before the first pair.
    """
    settings: Settings = {}
    special: dict[str, str] = {}
    environment: dict[str, str] = {}
    for written, value in pairs:
        name = _KEYWORDS.get(written.lower(), written.lower())
        if name in _ARGUMENTS:
            if name not in settings and (value or name == _PASSWORD):
                settings[name] = _converted(written, name, value)
        elif name in _SPECIAL:
            special.setdefault(name, value)
        elif name.upper() in _ENVIRONMENT or name.startswith("ifx_"):
            environment.setdefault(name.upper(), value)
        elif name not in ignored:
            raise _unknown(written, after)
        after = name
    if environment:
        settings["env"] = environment
    _apply_special(settings, special)
    return settings


def _converted(written: str, name: str, value: str) -> Any:
    if name == "port" and not value.isdecimal():
        return value  # the name of a service
    try:
        return _ARGUMENTS[name](value)
    except ValueError as exc:
        raise ProgrammingError(f"{written} of the dsn: {exc} needed") from None


def _apply_special(settings: Settings, special: dict[str, str]) -> None:
    protocol = special.get("protocol")
    if protocol and check_protocol(protocol) and "tls" not in settings:
        import ssl

        settings["tls"] = ssl.create_default_context()
    if special.get("exclusive") and _truth_of("EXCLUSIVE", special["exclusive"]):
        raise ProgrammingError(
            "EXCLUSIVE of the dsn: connect without a database and execute DATABASE "
            "... EXCLUSIVE"
        )
    if special.get("ifx_isolation_level"):  # a number, understood by IBM's JDBC only
        raise ProgrammingError("IFX_ISOLATION_LEVEL of the dsn: write isolation=")
    wanted = special.get("connectdatabase")
    if wanted and not _truth_of("CONNECTDATABASE", wanted):
        settings.pop("database", None)


def _truth_of(name: str, value: str) -> bool:
    try:
        return _truth(value)
    except ValueError as exc:
        raise ProgrammingError(f"{name} of the dsn: {exc} needed") from None


def _unknown(written: str, after: str) -> ProgrammingError:
    """Return the error for a keyword nobody knows.

    One right after the password is maybe a piece of it.
    """
    if after == _PASSWORD:
        return ProgrammingError(
            "the dsn has an unknown keyword after the password, which is not shown: it "
            "may be a piece of it; a password with ; in it goes in { } (in a URL, & is "
            "written %26)"
        )
    import difflib  # for this message alone

    known = {*_ARGUMENTS, *_KEYWORDS, *_SPECIAL, *map(str.lower, _ENVIRONMENT)}
    close = difflib.get_close_matches(written.lower(), sorted(known), n=1)
    hint = ""
    if close:
        upper = written.isupper() or close[0].upper() in _ENVIRONMENT
        hint = f"; do you mean {close[0].upper() if upper else close[0]}?"
    return ProgrammingError(f"the dsn has an unknown keyword {written!r}{hint}")
