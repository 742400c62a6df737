"""How the driver's requests differ from IBM's client's, as functions.

Each takes messages of IBM's client and returns them as the driver would have sent
them; docs/PROTOCOL.md explains it under its name. `theirs` applies them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import captures
from unit.wire.clientreader import Parameter, messages

Message = tuple[Any, ...]
Difference = Callable[[list[Message]], list[Message]]

EOT = ("EOT",)
PREPARED = [("NDESCRIBE",), ("WANTDONE",), EOT]
ONE_SHOT = [("NDESCRIBE",), ("EXECUTE",), ("RELEASE",), EOT]


def no_extended_login(sent: list[Message]) -> list[Message]:
    mask = bytearray(sent[0][1])
    mask[7] &= ~0x10  # capability 59
    return [("PROTOCOLS", bytes(mask)), *sent[1:]]


def no_catalog_queries(sent: list[Message]) -> list[Message]:
    """The questions for the collation and the catalog's version, to their RELEASE."""
    mine = sent
    for name in ("' GL_COLLATE'", "' VERSION'"):
        start = next(i for i, m in enumerate(mine) if name in str(m))
        end = mine.index(("RELEASE",), start) + 2
        mine = mine[:start] + mine[end:]
    return mine


def no_describe_input(sent: list[Message]) -> list[Message]:
    return _without(sent, [("ID", ...), ("CIDESCRIBE",), EOT])


def no_return_types(sent: list[Message]) -> list[Message]:
    """RET_TYPE goes, and OPEN and NFETCH share a PDU."""
    mine = [message for message in sent if message[0] != "RET_TYPE"]
    opening = [("OPEN",), EOT, ("ID", ...), ("NFETCH", ..., ...)]
    return _replaced(mine, opening, lambda m: [m[0], *m[2:]])


def cursor_names(sent: list[Message]) -> list[Message]:
    return _each(sent, "CURNAME", lambda m: ("CURNAME", b"_ifxc0000000000000"))


def fetch_size(sent: list[Message]) -> list[Message]:
    mine = _each(sent, "NFETCH", lambda m: ("NFETCH", 32767, m[2]))
    return _each(mine, "SFETCH", lambda m: ("SFETCH", m[1], m[2], 32767))


def early_end(sent: list[Message]) -> list[Message]:
    """A fetch that stands alone asks for more rows, and none came."""
    return _without(sent, [("ID", ...), ("NFETCH", ..., ...), EOT])


def no_one_shot(sent: list[Message]) -> list[Message]:
    """COMMAND becomes PREPARE, EXECUTE, RELEASE; BEGIN goes right before EXECUTE."""
    pattern: list[Message] = [("COMMAND", ..., ...), *ONE_SHOT]
    run: list[Message] = [("ID", 0), ("EXECUTE",), EOT, ("ID", 0), ("RELEASE",), EOT]
    begun = _replaced(
        sent,
        [("BEGIN",), EOT, *pattern],
        lambda m: [("PREPARE", *m[2][1:]), *PREPARED, m[0], m[1], *run],
    )
    return _replaced(
        begun, pattern, lambda m: [("PREPARE", *m[0][1:]), *PREPARED, *run]
    )


def untyped_null(sent: list[Message]) -> list[Message]:
    def without_type(entry: Parameter) -> Parameter:
        return Parameter(0, None, 0, None) if entry.raw is None else entry

    return _each(sent, "BIND", lambda m: ("BIND", *map(without_type, m[1:])))


def date_precision(sent: list[Message]) -> list[Message]:
    def without_precision(entry: Parameter) -> Parameter:
        return entry._replace(precision=0) if entry.type == 7 else entry

    return _each(sent, "BIND", lambda m: ("BIND", *map(without_precision, m[1:])))


def close_early(sent: list[Message]) -> list[Message]:
    """CLOSE and RELEASE move to right behind the fetch that brought the last row."""
    closing = [("ID", 0), ("CLOSE",), EOT, ("ID", 0), ("RELEASE",), EOT]
    return _replaced(
        sent, [("CMMTWORK",), EOT, *closing], lambda m: [*closing, m[0], m[1]]
    )


def batch_transaction(sent: list[Message]) -> list[Message]:
    """BEGIN before the PDU of a batch; CMMTWORK at its end, after RELEASE."""
    start = next(i for i, m in enumerate(sent) if m[0] == "BIND") - 1
    end = sent.index(("RELEASE",), start) + 2
    begin, commit = [("BEGIN",), EOT], [("CMMTWORK",), EOT]
    mine = sent[:start] + begin + sent[start:end] + commit
    return mine + (batch_transaction(sent[end:]) if sent[end:] else [])


def no_commit_after_error(sent: list[Message]) -> list[Message]:
    return _without(sent, [("CMMTWORK",), EOT])


def long_text_by_bytes(sent: list[Message]) -> list[Message]:
    def by_bytes(entry: Parameter) -> Parameter:
        if entry.type == 0 and entry.raw is not None and len(entry.raw) > 255:
            return entry._replace(type=43, names=(b"", b""))
        return entry

    return _each(sent, "BIND", lambda m: ("BIND", *map(by_bytes, m[1:])))


def own_types(sent: list[Message]) -> list[Message]:
    """Only in `test_parameters_of_all_types`, which lists them."""
    return _each(sent, "BIND", lambda m: ("BIND", *_own_types(m[1:])))


DIFFERENCES = [
    no_extended_login,
    no_catalog_queries,
    no_describe_input,
    no_return_types,
    cursor_names,
    fetch_size,
    early_end,
    no_one_shot,
    untyped_null,
    date_precision,
    close_early,
    batch_transaction,
    no_commit_after_error,
    long_text_by_bytes,
    own_types,
]

_OWN_TYPES = {
    # number: what IBM's client sends for the column, what this driver sends
    2: (Parameter(1, None, 0x0500, b"\xff\xfb"), (2, 0x0A00, "fffffffb")),
    5: (
        Parameter(17, None, 0x1300, bytes.fromhex("ffffdcd6500000000001")),
        (52, 0x1300, "fffffffe2329b000"),
    ),
    7: (Parameter(4, None, 0, bytes.fromhex("40200000")), (3, 0, "4004000000000000")),
    10: (Parameter(8, None, 0, bytes.fromhex("c20c2232")), (5, 2, "c20c2232")),
    18: (
        Parameter(14, None, 0x0E4D, bytes.fromhex("39624c365857563628")),
        (14, 0x144F, "376363624c36585756362800"),
    ),
}


def _own_types(entries: Sequence[Parameter]) -> list[Parameter]:
    mine = list(entries)
    for number, (sent, (code, precision, raw)) in _OWN_TYPES.items():
        assert entries[number - 1] == sent
        mine[number - 1] = Parameter(code, None, precision, bytes.fromhex(raw))
    return mine


# -- applying them ---------------------------------------------------------------------


def _matches(found: Sequence[Message], pattern: Sequence[Message]) -> bool:
    return len(found) == len(pattern) and all(
        len(message) == len(wanted)
        and all(w is ... or m == w for m, w in zip(message, wanted, strict=True))
        for message, wanted in zip(found, pattern, strict=True)
    )


def _replaced(
    sent: list[Message],
    pattern: list[Message],
    make: Callable[[list[Message]], list[Message]],
) -> list[Message]:
    mine: list[Message] = []
    at = 0
    while at < len(sent):
        found = sent[at : at + len(pattern)]
        starts_pdu = at == 0 or sent[at - 1] == EOT or pattern[0][0] == "OPEN"
        if starts_pdu and _matches(found, pattern):
            mine += make(found)
            at += len(pattern)
        else:
            mine.append(sent[at])
            at += 1
    return mine


def _without(sent: list[Message], pattern: list[Message]) -> list[Message]:
    return _replaced(sent, pattern, lambda _: [])


def _each(
    sent: list[Message], name: str, make: Callable[[Message], Message]
) -> list[Message]:
    return [make(m) if m[0] == name else m for m in sent]


def theirs(
    transcript: str, *differences: Difference, start: str = "", end: str = ""
) -> list[Message]:
    """IBM's messages from the request noted as `start` to before `end`, adapted.

    A difference that changes nothing is an AssertionError.
    """
    sent = [m for m in captures.load(transcript)[2:] if m.direction == captures.CLIENT]
    first = _noted(sent, start) if start else 0
    last = _noted(sent, end, first) if end else len(sent)
    found = [x for message in sent[first:last] for x in messages(message.data)]
    for difference in differences:
        adapted = difference(found)
        assert adapted != found, f"{difference.__name__} is no difference here"
        found = adapted
    return found


def _noted(sent: list[captures.Message], note: str, first: int = 0) -> int:
    return next(
        at
        for at, message in enumerate(sent)
        if at >= first and any(note in n for n in message.notes)
    )
