"""Message tags of SQLI, as the emulator understands them.

Grades: J what IBM's JDBC driver sends or accepts, P what the client informix-driver
reports from real servers, N what nmap's scripts expect, ? inference.

Kept apart from the driver's own table on purpose: the two are separate readings of
the same facts. Tags nobody is known to use are left out; a request with one of those
means that the stream is lost.
"""

from __future__ import annotations

# Requests.
COMMAND = 1  # [J] one statement, run once
PREPARE = 2  # [J]
CURSOR_NAME = 3  # [J]
STATEMENT_ID = 4  # [J]
BIND = 5  # [J]
OPEN = 6  # [J]
EXECUTE = 7  # [J]
FETCH = 9  # [J]
CLOSE = 10  # [J]
RELEASE = 11  # [J]
END = 12  # [J] ends requests and replies alike
PUT = 17  # [J]
COMMIT = 19  # [J]
ROLLBACK = 20  # [J]
DESCRIBE_REQUEST = 22  # [J]
SCROLL_FETCH = 23  # [J]
SCROLL = 24  # [J]
DATABASE_LIST = 26  # [J, N] request and reply
BEGIN = 35  # [J]
OPEN_DATABASE = 36  # [J]
CLOSE_DATABASE = 37  # [?] never seen from IBM's driver
FETCH_BLOB = 38  # [J]
BLOB = 39  # [J] a chunk of a BYTE or TEXT value, both directions
BIND_BLOB = 41  # [J]
HOLD = 43  # [J]
WANT_DONE = 49  # [J]
VERSION = 53  # [J] also the ping
EXIT = 56  # [J] request and reply
XA_ROLLBACK = 65  # [J]
XA_CLOSE = 66  # [J]
XA_COMMIT = 67  # [J]
XA_END = 68  # [J]
XA_FORGET = 69  # [J]
XA_PREPARE = 70  # [J]
XA_RECOVER = 71  # [J]
XA_START = 72  # [J]
INFO = 81  # [J]
XA_OPEN = 82  # [J]
LO_DATA = 97  # [J] smart large object contents, both directions
RETURN_TYPES = 100  # [J]
GET_ROUTINE = 101  # [J] request and reply
EXECUTE_ROUTINE = 102  # [J]
FILE_READ = 106  # [J] answer to FILE
FILE_WRITE = 107  # [J] in FILE and in the answer to it
AUTO_FREE = 108  # [J]
DESCRIBE_INPUT_REQUEST = 124  # [J]
PROTOCOLS = 126  # [J] request and reply
ACCEPT = 127  # [J] reply
ACKNOWLEDGE = 128  # [J]
RESPONSE = 130  # [J] to CHALLENGE
AUTO_KEYS = 134  # [J]
SET_SAVEPOINT = 137  # [J]
RELEASE_SAVEPOINT = 138  # [J]
ROLLBACK_TO_SAVEPOINT = 139  # [J]

# Replies that are not also requests.
DESCRIBE = 8  # [J]
ERROR = 13  # [J]
TUPLE = 14  # [J]
DONE = 15  # [J]
TUPLE_ID = 25  # [J]
COST = 55  # [J]
XA_RESULT = 73  # [J]
INSERT_DONE = 94  # [J]
FILE = 98  # [J]
TRANSACTION_STATE = 99  # [J, P]
ROUTINE_RESULT = 103  # [J]
DESCRIBE_INPUT = 125  # [J]
CHALLENGE = 129  # [J] a question of PAM
DESCRIBE_ARGUMENTS = 132  # of a routine, instead of DESCRIBE_INPUT [J]
KEYS_DESCRIBE = 135  # [J]
KEYS_TUPLE = 136  # [J]
