"""Type codes of SQLI: the low byte of a described or bound type [J, P].

Kept apart from the driver's table on purpose, as `tags` is.
"""

from __future__ import annotations

CHAR = 0
SMALLINT = 1
INTEGER = 2
FLOAT = 3
SMALLFLOAT = 4
DECIMAL = 5
SERIAL = 6
DATE = 7
MONEY = 8
DATETIME = 10
BYTE = 11
TEXT = 12
VARCHAR = 13
INTERVAL = 14
NCHAR = 15
NVARCHAR = 16
INT8 = 17
SERIAL8 = 18
SET = 19
MULTISET = 20
LIST = 21
ROW = 22
COLLECTION = 23
UDT_VARIABLE = 40  # LVARCHAR when the extended id is 1
UDT_FIXED = 41  # BOOLEAN when the extended id is 5
LVARCHAR_CLIENT = 43  # how a client binds or asks for LVARCHAR
UDT_CLIENT = 44  # how a client binds or asks for other extended types
BOOLEAN_CLIENT = 45  # how a client binds or asks for BOOLEAN
BIGINT = 52
BIGSERIAL = 53

NOT_NULL = 0x100  # flag beside the type code in DESCRIBE

CHARACTER_TYPES = frozenset({CHAR, NCHAR, VARCHAR, NVARCHAR})
VARIABLE_CHARACTER_TYPES = frozenset({VARCHAR, NVARCHAR})
QUALIFIED_TYPES = frozenset({DATETIME, INTERVAL})
DECIMAL_TYPES = frozenset({DECIMAL, MONEY})
SIMPLE_LARGE_OBJECTS = frozenset({BYTE, TEXT})

COMPOSITES = (SET, MULTISET, LIST, ROW)

LVARCHAR_ID = 1  # extended id of LVARCHAR
BOOLEAN_ID = 5  # extended id of BOOLEAN
LOCATOR_IDS = (10, 11)  # extended ids of BLOB and CLOB
