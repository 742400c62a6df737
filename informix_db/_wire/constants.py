"""Numbers of the SQLI protocol, each with the evidence for it.

[J] IBM's JDBC driver sends or accepts it, [P] reported from real 12.10, 14.10 and
15.0 servers, [N] nmap's client expects it (written against real 11.50 servers),
[?] inference. docs/PROTOCOL.md explains the grades and lists what is not known.
"""

from __future__ import annotations

from typing import Final

# -- tags a client sends ------------------------------------------------- [J]
SQ_PREPARE: Final = 2
SQ_CURNAME: Final = 3
SQ_ID: Final = 4
SQ_BIND: Final = 5
SQ_OPEN: Final = 6
SQ_EXECUTE: Final = 7
SQ_NFETCH: Final = 9
SQ_CLOSE: Final = 10
SQ_RELEASE: Final = 11
SQ_EOT: Final = 12  # ends a PDU, both ways
SQ_PUT: Final = 17
SQ_CMMTWORK: Final = 19
SQ_RBWORK: Final = 20
SQ_NDESCRIBE: Final = 22
SQ_SFETCH: Final = 23
SQ_SCROLL: Final = 24
SQ_BEGIN: Final = 35
SQ_DBOPEN: Final = 36
SQ_FETCHBLOB: Final = 38
SQ_BLOB: Final = 39  # a piece of a BYTE or TEXT, both ways
SQ_BBIND: Final = 41
SQ_HOLD: Final = 43
SQ_WANTDONE: Final = 49
SQ_VERSION: Final = 53  # used as a ping
SQ_EXIT: Final = 56
SQ_XACLOSE: Final = 66
SQ_XARECOVER: Final = 71
SQ_INFO: Final = 81
SQ_XAOPEN: Final = 82
SQ_LODATA: Final = 97  # pieces of a smart large object, both ways
SQ_RET_TYPE: Final = 100
SQ_GETROUTINE: Final = 101  # and its answer
SQ_EXFPROUTINE: Final = 102
SQ_FILE_READ: Final = 106  # data of a file, in an answer to FILE
SQ_FILE_WRITE: Final = 107  # data for a file, within FILE; and its acknowledgement
SQ_CIDESCRIBE: Final = 124
SQ_PROTOCOLS: Final = 126
SQ_ACK: Final = 128  # ready for questions
SQ_RESPONSE: Final = 130
SQ_SETSVPT: Final = 137
SQ_RELSVPT: Final = 138
SQ_RBACKSVPT: Final = 139

# -- tags a server sends ------------------------------------------------- [J]
SQ_DESCRIBE: Final = 8
SQ_ERR: Final = 13
SQ_TUPLE: Final = 14
SQ_DONE: Final = 15
SQ_TUPID: Final = 25
SQ_COST: Final = 55
SQ_UNKNOWN_86: Final = 86  # no body; ignored by IBM's client [J]
SQ_XA: Final = 73
SQ_INSERTDONE: Final = 94
SQ_FILE: Final = 98  # asks the client to open, read, write or close a file
SQ_XACTSTAT: Final = 99
SQ_FPROUTINE: Final = 103
SQ_IDESCRIBE: Final = 125
SQ_ACCEPT: Final = 127
SQ_CHALLENGE: Final = 129
SQ_IDESCRIBE_NAMED: Final = 132  # of routines' parameters, in place of 125

# Sent as TCP urgent data: give up the running request, which is answered with
# ERR -213 [J]
INTERRUPT: Final = b"\x42"

# What LODATA does [J]
LODATA_READ: Final = 0
LODATA_WRITE: Final = 2

# -- login ----------------------------------------------------------- [J, N]
SL_CONNECT: Final = 1
SL_ACCEPT: Final = 2
SL_REJECT: Final = 3
SL_REDIRECT: Final = 13  # [P]; the body is not known [?]
SL_ATTRIBUTE: Final = 0x3C
CAP1: Final = 316  # version of the capability ladder; 316 means PROTOCOLS follows
INFO_ENVIRONMENT: Final = 6  # INFO sub-code: session environment [J]

# -- type codes: low byte of DESCRIBE's type ------------------------------ [J]
CHAR: Final = 0
SMALLINT: Final = 1
INT: Final = 2
FLOAT: Final = 3
SMALLFLOAT: Final = 4
DECIMAL: Final = 5
SERIAL: Final = 6
DATE: Final = 7
MONEY: Final = 8
DATETIME: Final = 10
BYTE: Final = 11
TEXT: Final = 12
VARCHAR: Final = 13
INTERVAL: Final = 14
NCHAR: Final = 15
NVARCHAR: Final = 16
INT8: Final = 17
SERIAL8: Final = 18
SET: Final = 19
MULTISET: Final = 20
LIST: Final = 21
ROW: Final = 22
COLLECTION: Final = 23
UDT_VAR: Final = 40
UDT_FIXED: Final = 41
LVARCHAR: Final = 43  # client-side code; DESCRIBE says 40 with extended id 1
SENDRECV: Final = 44
BOOLEAN: Final = 45  # client-side code; DESCRIBE says 41 with extended id 5
BIGINT: Final = 52
BIGSERIAL: Final = 53

EXT_LVARCHAR: Final = 1
EXT_BOOLEAN: Final = 5
EXT_BLOB: Final = 10
EXT_CLOB: Final = 11

TYPE_MASK: Final = 0x00FF
TYPE_NOT_NULL: Final = 0x0100
# Distinct types over these two have an extended id of their own (sqltypes.h) [?].
TYPE_OF_LVARCHAR: Final = 0x2000
TYPE_OF_BOOLEAN: Final = 0x4000

# -- qualifier codes of DATETIME and INTERVAL; FRACTION(n) is 10 + n ------ [J]
YEAR: Final = 0
MONTH: Final = 2
DAY: Final = 4
HOUR: Final = 6
MINUTE: Final = 8
SECOND: Final = 10
FRACTION5: Final = 15

FLOATING_SCALE: Final = 255  # scale byte of a DECIMAL without a fixed scale [J]

# -- statement types of DESCRIBE ------------------------------------------ [J]
STMT_SELECT: Final = 2
# By the published list [?]: 7 and 8 are WHERE CURRENT OF, 32 and 33 without WHERE.
STMT_UPDATE: Final = frozenset({4, 7, 32})
STMT_DELETE: Final = frozenset({5, 8, 33})
STMT_INSERT: Final = 6  # [P]
STMT_BEGIN: Final = 34
STMT_COMMIT: Final = 35
STMT_ROLLBACK: Final = 36
STMT_EXECUTE_ROUTINE: Final = 56
# Their DONE.warn is the state of the database, as DBOPEN's is.
STMT_DATABASE: Final = frozenset({1, 12, 31, 38})

# -- DONE.warn of DBOPEN and of the STMT_DATABASE statements -------------- [J]
DB_LOGGED: Final = 0x01
DB_ANSI: Final = 0x02
# As the bits above are SQLWARN's fields 2 and 3, these would be 7 and 8.
DB_SECONDARY: Final = 0x20  # the server is a secondary one: reads only [?]
DB_OTHER_LOCALE: Final = 0x40  # not the DB_LOCALE that the client sent [?]

# -- capability bits that change what this driver sends or reads ------ [J, N]
CAP_FETCH_TRAILER_A: Final = 8
CAP_FETCH_TRAILER_B: Final = 9
CAP_LONG_LARGE_OBJECT: Final = 10
CAP_VARCHAR_VARIABLE: Final = 13
CAP_FETCH_SIZE_INT_ALSO: Final = 18
CAP_DESCRIBE_INPUT: Final = 34
CAP_PAM: Final = 44
CAP_AUTO_KEYS: Final = 48
CAP_DESCRIBE_WIDE: Final = 50
CAP_ROUTINE_NAMES: Final = 52
CAP_BIGINT: Final = 54
CAP_SAVEPOINT: Final = 56
CAP_PAM_EXTENDED: Final = 59
CAP_LONG_SQL: Final = 62
CAP_FETCH_SIZE_INT: Final = 63

# IBM's offer is fffc7ffc3c8caa97; without 59, which this driver does not implement and
# a server must therefore not turn on.
OFFERED_MASK: Final = bytes.fromhex("fffc7ffc3c8caa87")

# -- limits --------------------------------------------------------------- [?]
MAX_PSTR: Final = 0x7FFF  # a pstr's length is a signed short
MAX_SHORT_SQL: Final = 0xFFFF  # SQL text without CAP_LONG_SQL [J]
MAX_PARAMETERS: Final = 0x7FFF  # BIND and PREPARE count parameters in a short
FETCH_SIZE_CLASSIC: Final = 0x7FFF  # the most a short fetch size can ask for [J]
MAX_DECIMAL_DIGITS: Final = 32  # DECIMAL(32) is the widest [J]
