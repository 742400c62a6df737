"""Collections and ROWs in the form of type 44, against what IBM's driver sends."""

from __future__ import annotations

from datetime import date

import pytest

from informix_db.testing import rows
from informix_db.testing.api import Column, CompositeValue, SQLError, SQLType
from informix_db.testing.codec import MalformedValue
from informix_db.testing.composites import is_composite, unpack
from informix_db.testing.framing import V15_CAPABILITIES, Framing

V15 = Framing.negotiated(V15_CAPABILITIES, V15_CAPABILITIES)
INTEGER, VARCHAR = SQLType(2, 4), SQLType(13, 10)
LVARCHAR = SQLType(40, 2048, 1, "informix", "lvarchar")
BOOLEAN = SQLType(41, 1, 5, "informix", "boolean")
DATE = SQLType(7, 4)
SET, MULTISET, LIST, ROW = 19, 20, 21, 22
NODE = 414


def of(code: int, *types: SQLType, nullable: bool = True) -> SQLType:
    names = "abc" if code == ROW else ("",)
    fields = tuple(Column(*pair) for pair in zip(names, types, strict=False))
    return SQLType(code, 4096, 0x801, nullable=nullable, fields=fields)


def value(*items: object) -> CompositeValue:
    nested = [value(*i) if isinstance(i, tuple) else i for i in items]
    return CompositeValue("", tuple(nested))


def pack(sql_type: SQLType, packed: CompositeValue | None) -> bytes:
    return rows.cell_encoder(sql_type, V15, "latin-1", len, 44)(packed)


def data_of(cell: bytes, nodes: int) -> str:
    """Return the flags and the data of a cell, after all lengths are checked."""
    assert int.from_bytes(cell[:4], "big") == len(cell) - 4
    assert cell[4:136] == bytes(132)
    assert int.from_bytes(cell[136:140], "big") == nodes
    rest = cell[140 + nodes * NODE :]
    assert rest[:4] == bytes(4)
    assert int.from_bytes(rest[4:8], "big") == len(rest) - 12
    return rest[8:].hex()


@pytest.mark.parametrize(
    ("sql_type", "items", "nodes", "data"),
    [
        (of(SET, INTEGER), (1, 2), 2, "0000000100000002"),
        (of(SET, INTEGER), (), 2, ""),
        (
            of(LIST, VARCHAR),
            ("a", "bcd"),
            2,
            "016103626364" + "ffffffff" + "00000002" + "00000000",
        ),
        (of(MULTISET, SQLType(0, 3)), ("a", "bcd"), 2, "612020626364"),
        (
            of(ROW, INTEGER, VARCHAR),
            (7, "xy"),
            3,
            "00000007" + "027879" + "ffffffff" + "00000004" + "00000000",
        ),
        (
            of(LIST, BOOLEAN),
            (True,),
            2,
            "000000000101" + "ffffffff" + "00000000",
        ),
        (
            of(LIST, of(MULTISET, INTEGER)),
            ((1,), (2, 3)),
            3,
            "0012 000000000000 00000001 00000000 00000001"
            "0012 0000 00000001 00000000 00000002 00000003"
            "ffffffff 00000014 00000000".replace(" ", ""),
        ),
    ],
)
def test_values_there_and_back(sql_type, items, nodes, data) -> None:
    cell = pack(sql_type, value(*items))
    assert data_of(cell, nodes) == "00000001" + data
    if sql_type.code != ROW:  # IBM's driver pads the VARCHARs of a ROW, this does not
        bound = unpack(cell[4:], bytes.decode)
        assert bound.type.code == sql_type.code
        if sql_type.fields[0].type.code != 0:  # CHAR loses its blanks
            assert bound.value == value(*items)


def test_null_has_a_type_and_no_data() -> None:
    assert data_of(pack(of(SET, INTEGER), None), 2) == "80000000"


def test_nodes_tell_index_depth_parent_name_and_type() -> None:
    not_null = SQLType(2, 4, nullable=False)
    cell = pack(of(LIST, of(ROW, not_null, VARCHAR)), value())
    heads = []
    for start in range(140, 140 + 4 * NODE, NODE):
        node = cell[start : start + NODE]
        name = node[8:136].decode().rstrip()
        heads.append((node[:8].hex(), name, node[136:142].hex()))
    assert heads == [
        ("0001000000000000", "", "000000150000"),
        ("0002000100010000", "", "000000160000"),
        ("0003000200020001", "a", "000101020004"),
        ("0004000200020001", "b", "0002000d000a"),
    ]


def test_a_row_as_ibms_driver_binds_it() -> None:
    """Its VARCHARs are padded to their length, a NULL one too."""
    cell = pack(of(ROW, INTEGER, VARCHAR, DATE), value(0, "", None))
    head = cell[4 : 4 + 136 + 4 * NODE + 4]
    for text, expected in (
        (b"\x0a" + b"xy".ljust(10), "xy"),
        (b"\x01\0" + b" " * 9, None),
    ):
        data = b"\0\0\0\x07" + text + bytes.fromhex("0000b0f9")
        data += bytes.fromhex("ffffffff 0000000f 00000004 00000000")
        raw = head + len(data).to_bytes(4, "big") + b"\0\0\0\1" + data
        assert unpack(raw, bytes.decode).value == value(7, expected, date(2024, 1, 15))


def test_an_empty_collection_comes_flagged_as_null() -> None:
    raw = pack(of(LIST, INTEGER), None)[4:]
    assert unpack(raw, bytes.decode).value == value()


def test_null_in_a_collection_of_collections_is_refused() -> None:
    with pytest.raises(SQLError) as caught:
        pack(of(LIST, of(SET, INTEGER)), value(None))
    assert caught.value.sqlcode == -999


@pytest.mark.parametrize("size", [0, 135, 140, 139 + NODE, -1])
def test_a_value_cut_short(size) -> None:
    raw = pack(of(LIST, VARCHAR), value("a"))[4:]
    with pytest.raises(MalformedValue):
        unpack(raw[:size], bytes.decode)


def test_strings_need_their_table_of_offsets() -> None:
    raw = pack(of(LIST, LVARCHAR), value("a"))[4:]
    cut = raw[:-8]
    at = len(raw) - 14 - 8
    cut = cut[:at] + (6).to_bytes(4, "big") + cut[at + 4 :]
    with pytest.raises(MalformedValue):
        unpack(cut, bytes.decode)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("multiset (  int  not null) ", True),
        ("list(integer)", True),
        ("ROW(a int)", True),
        ("blob", False),
        ("settings", False),
    ],
)
def test_names_of_bound_types(name, expected) -> None:
    assert is_composite(name) is expected
