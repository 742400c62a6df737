"""The request reader on everything IBM's driver was seen to send.

The notes of a transcript were written by another reader of the same bytes; each
message read here is put in the words of those notes and must equal them.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import captures
import pytest

from informix_db.testing import messages as m
from informix_db.testing import tags
from informix_db.testing.api import BoundParameter, DatetimeValue, IntervalValue
from informix_db.testing.batches import Batch, Puts
from informix_db.testing.framing import (
    NO_CAPABILITIES,
    V15_CAPABILITIES,
    Framing,
    mask_of,
)
from informix_db.testing.stream import ByteStream, ClientGone, ProtocolError

V15 = Framing.negotiated(V15_CAPABILITIES, V15_CAPABILITIES)
LEGACY = Framing.negotiated(NO_CAPABILITIES, NO_CAPABILITIES)

NAMES = {
    tags.OPEN: "OPEN",
    tags.EXECUTE: "EXECUTE",
    tags.CLOSE: "CLOSE",
    tags.RELEASE: "RELEASE",
    tags.COMMIT: "CMMTWORK",
    tags.DESCRIBE_REQUEST: "NDESCRIBE",
    tags.SCROLL: "SCROLL",
    tags.BEGIN: "BEGIN",
    tags.HOLD: "HOLD(43)",
    tags.WANT_DONE: "WANTDONE",
    tags.VERSION: "VERSION",
    tags.EXIT: "EXIT",
    tags.DESCRIBE_INPUT_REQUEST: "CIDESCRIBE",
}


def read_all(data: bytes, framing: Framing = V15) -> list[m.Message]:
    """Return the messages of one PDU; fail if bytes are left over."""
    stream = ByteStream.over(data)
    messages = list(m.RequestReader(stream, framing, "latin-1").messages())
    assert stream.is_drained
    return messages


def value_note(value: object) -> str:
    """Write a value as the notes do."""
    if isinstance(value, DatetimeValue):
        fraction = max(0, value.last - 10)
        digits = value.digits + "0" * (fraction % 2)
        return f"'{digits}/{len(value.digits):02x}{value.first:x}{value.last:x}'"
    if isinstance(value, IntervalValue):
        fraction = max(0, value.last - 10)
        odd = (len(value.digits) - fraction) % 2
        digits = "0" * odd + value.digits + "0" * (fraction % 2)
        sign = "-" if value.negative else ""
        size = len(value.digits)
        return f"'{sign}{digits}/{size:02x}{value.first:x}{value.last:x}'"
    if isinstance(value, date | Decimal):
        return f"'{value}'"
    return repr(value)


def parameter_note(number: int, bound: BoundParameter) -> str:
    return f"  param {number}: {value_note(bound.value)}"


def notes_of(message: m.Message) -> list[str]:
    """Describe a message in the words of the transcripts."""
    match message:
        case m.Statement(tag=tag, parameters=count, sql=sql):
            kind = "PREPARE" if tag == tags.PREPARE else "COMMAND"
            return [f"{kind} nq {count} len {len(sql)} {sql!r}"]
        case m.StatementId(statement_id=number):
            return [f"ID stmt {number}"]
        case m.Named(tag=tags.CURSOR_NAME, name=name):
            return [f"CURNAME {name.encode()!r}"]
        case m.Named(tag=tags.ROLLBACK):
            return ["RBWORK 0"]
        case m.Bind(values=values):
            parameters = [parameter_note(i, v) for i, v in enumerate(values, 1)]
            return [f"BIND n {len(values)}", *parameters]
        case Batch():
            rows = map(m.Bind, message.parameters())
            return [note for row in rows for note in (*notes_of(row), "EXECUTE")]
        case m.Fetch(buffer_size=size):
            return [f"NFETCH buf {size} z 0"]
        case m.ScrollFetch(how=how, row=row, buffer_size=size):
            return [f"SFETCH type {how} target {row} buf {size}"]
        case m.ReturnTypes(for_fetch=for_fetch, types=types):
            listed = [
                (
                    t.code,
                    t.length,
                    (t.owner.encode(), t.name.encode()) if t.name else None,
                )
                for t in types
            ]
            return [f"RET_TYPE flag {for_fetch:d} n {len(types)} {listed}"]
        case Puts(rows=rows):
            return [note for row in rows for note in notes_of(m.Put([row]))]
        case m.Put(rows=rows):
            size = len(rows[0])
            return [f"PUT len {size} cnt {len(rows)} tuple {rows[0].hex()}"]
        case m.OpenDatabase(name=name, exclusive=exclusive):
            return [f"DBOPEN {name.encode()!r} mode {exclusive:d}"]
        case m.Protocols(mask=mask):
            return [f"PROTOCOLS {mask.hex()}"]
        case m.Info():
            return ["INFO", "INFO_DONE"]
        case m.AutoKeys():
            return ["134 AUTOKEYS? 1 []"]
        case m.Simple(tag=tag):
            return [NAMES[tag]]
    raise AssertionError(message)


def comparable(note: str) -> str:
    """Reduce a note to what a message's reading can tell."""
    note = re.sub(r"^INFO sub .*", "INFO", note)
    note = re.sub(r"=> b('.*')$", r"=> \1", note)
    if note.startswith("  param"):
        number, value = re.match(r"  param (\d+) .*? => (.*)", note).groups()
        if "boolean" in note:
            value = "True" if value != "'\\x00'" else "False"
        value = value.replace("'0.001230'", "'0.00123'")
        return f"  param {number}: {value}"
    return note


TRANSCRIPTS = [
    "s01_connect",
    "s02_select",
    "s03_dml",
    "s04_prepsel",
    "s05_alltypes",
    "s07_genkeys",
    "s08_tx",
    "s10_batch",
    "s10b_ifxput",
    "s11_err",
    "s12_scroll",
    "s12b_scrollseq",
    "s13_interleave",
    "s15_cancel",
    "s22_bindtypes",
    "s25_hold",
]


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_requests_of_ibm_driver_mean_what_their_notes_say(name: str) -> None:
    for message in captures.load(name):
        if message.direction != captures.CLIENT or not message.data:
            continue
        if message.notes[-1:] not in (("EOT",), ("EXIT",)):
            continue  # the transcript was cut inside these notes
        expected = [comparable(n) for n in message.notes if n != "EOT"]
        read = [note for r in read_all(message.data) for note in notes_of(r)]
        assert read == expected


def test_environment_sent_after_login_is_read() -> None:
    data = captures.request("s01_connect", "INFO").data
    (info,) = read_all(data)
    assert info == m.Info({"DBTEMP": "/tmp", "SUBQCACHESZ": "10"})


def test_null_parameters_keep_the_type_they_came_with() -> None:
    data = captures.request("s04_prepsel", "ind -1").data
    bind = next(r for r in read_all(data) if isinstance(r, m.Bind))
    assert [v.value is None for v in bind.values] == [False] * 5 + [True]
    assert bind.values[5].type.code == 2


def test_byte_and_text_values_come_in_chunks() -> None:
    data = captures.request("s18_bytetext", "BLOB len 452").data
    _, bind, blobs, execute = read_all(data)
    assert isinstance(bind, m.Bind)
    assert [v.type.code for v in bind.values] == [11, 12]
    assert isinstance(blobs, m.BindBlob)
    assert blobs.contents == [bytes(i % 256 for i in range(2500)), b"abc"]
    assert execute == m.Simple(tags.EXECUTE)


def test_batch_in_one_message() -> None:
    data = captures.request("s10_batch", "'n4'").data
    _, batch = read_all(data)
    assert isinstance(batch, Batch)
    assert batch.columns == [["n0", "n1", "n2", "n3", "n4"], (0, 1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("legacy", "v15", "count"),
    [
        # docs/PROTOCOL.md section 3: the same requests under both masks
        (
            "0002 0000 0012 73656c656374206b2c7a2066726f6d207463 0016 0031 000c",
            "0002 0000 00000012 73656c656374206b2c7a2066726f6d207463 0016 0031 000c",
            3,
        ),
        ("0004 0000 0009 1000 000c", "0004 0000 0009 00001000 0000 000c", 2),
        (
            "0004 0000 0017 0001 00000001 1000 000c",
            "0004 0000 0017 0001 00000001 00001000 000c",
            2,
        ),
        (
            "0065 0007 66756e6374696f00 0000 000c",
            "0065 00 00000007 66756e6374696f00 0000 000c",
            1,
        ),
        (
            "0066 00000064 0002 0000 0005 0000 000c",
            "0066 0005 6e5f6c6f6200 00000064 0002 0000 0005 0000 000c",
            1,
        ),
    ],
)
def test_both_framings_say_the_same(legacy: str, v15: str, count: int) -> None:
    old = read_all(bytes.fromhex(legacy), LEGACY)
    new = read_all(bytes.fromhex(v15), V15)
    assert old == new
    assert len(old) == count


def test_put_sends_all_rows_at_once_without_variable_varchar() -> None:
    rows = b"".join(b"row%d!" % i + b"\0" for i in range(3))
    data = bytes.fromhex("0011 00000005 0003") + rows + b"\0\x0c"
    assert read_all(data, LEGACY) == [m.Put([b"row0!", b"row1!", b"row2!"])]
    wide = Framing.negotiated(mask_of(18), mask_of(18))
    data = bytes.fromhex("0011 00000005 00000003") + rows + b"\0\x0c"
    assert read_all(data, wide) == [m.Put([b"row0!", b"row1!", b"row2!"])]


def test_contents_of_byte_and_text_follow_their_put() -> None:
    """As IBM's client sends them with IFX_USEPUT: no BBIND, nothing for NULL [J]."""
    cell = "00" * 16 + "00000003" + "00" * 36
    null = "00" * 39 + "01" + "00" * 16
    data = bytes.fromhex(
        f"0011 0000003c 0001 00000000 {cell} 0027 0003 010203 00 0027 0000"
        f"0011 0000003c 0001 00000001 {null}"
        f"0011 0000003c 0001 00000002 {cell} 0027 0000 000c"
    )
    contents = [message.contents for message in read_all(data, V15)]
    assert contents == [(b"\1\2\3",), (), (b"",)]


def test_sql_text_with_a_counted_nul_from_nmap() -> None:
    data = bytes.fromhex("0002 0000 0009 73656c6563742031 00 00 0016 0031 000c")
    assert read_all(data, LEGACY)[0] == m.Statement(tags.PREPARE, 0, "select 1")


@pytest.mark.parametrize("body", ["0001", "0002 0002 0001 0003", "0003 0001 0001 6100"])
def test_key_requests(body: str) -> None:
    (keys,) = read_all(bytes.fromhex("0086" + body + "000c"))
    expected = {
        "0001": m.AutoKeys(None, None),
        "0002 0002 0001 0003": m.AutoKeys([1, 3], None),
        "0003 0001 0001 6100": m.AutoKeys(None, ["a"]),
    }
    assert keys == expected[body]


def test_large_object_requests_are_read_to_their_end() -> None:
    for text in (
        "0061 0000 0003 00000064 7d00 000c",
        "0061 0002 0003 00000003 7d00 0003 616263 00 000c",
    ):
        assert len(read_all(bytes.fromhex(text))) == 1


def test_undecodable_text_is_noted_and_the_reader_stays_in_step() -> None:
    data = bytes.fromhex("0001 0000 00000002 ff41 0016 0007 000b 000c")
    reader = m.RequestReader(ByteStream.over(data * 2), V15, "utf-8")
    assert len(list(reader.messages())) == 4
    assert reader.undecodable
    assert len(list(reader.messages())) == 4


@pytest.mark.parametrize(
    "data",
    [
        "1603",  # an unknown tag
        "0000",
        "0005 ffff",  # a negative count of values
        "0005 0001 0009 0000 0000",  # a type nobody binds
        "0005 0001 0005 0000 0000 0002 c264",  # no decimal
        "0002 0000 7fffffff",  # a text of 2 GB
        "0002 0000 ffffffff",
        "0086 0004 000c",
        "0029 0001 0007",
        "0029 ffff",  # negative counts
        "0064 0000 ffff",
        "0086 0002 ffff",
        "0011 00000004 ffff",
        "0011 00000000 0001",  # rows of nothing
        "0061 0002 0000 ffffffff 7d00",
        "0005 0001 0011 0000 1300 0002 00000001 00000000",  # no sign of an INT8
    ],
)
def test_bytes_that_are_no_request(data: str) -> None:
    with pytest.raises(ProtocolError):
        read_all(bytes.fromhex(data))


@pytest.mark.parametrize("cut", range(1, 30))
def test_request_that_breaks_off(cut: int) -> None:
    data = captures.request("s04_prepsel", "ind -1").data
    with pytest.raises(ClientGone):
        read_all(data[:cut])


def test_bytes_arriving_one_by_one() -> None:
    data = captures.request("s22_bindtypes", "BIND n 24").data
    pieces = iter([data[i : i + 1] for i in range(len(data))])
    stream = ByteStream(lambda _: next(pieces, b""), record=True)
    reader = m.RequestReader(stream, V15, "latin-1")
    assert list(reader.messages()) == read_all(data)
    assert stream.take_recorded() == data
    assert stream.take_recorded() == b""
