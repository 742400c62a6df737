# cython: language_level=3, freethreading_compatible=True
# cython: boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""The compiled twin of informix_db._wire.decode and encode.

Does what is regular, and only that: a cell or parameter it cannot turn into exactly
the value or the bytes the pure twin gives, it leaves to that twin, which also raises
every error. So errors are worded once, and what is rare is written once.

The bytes are untrusted: every cell is checked against the end of its row before it is
read, and the span of the rows against the buffer. Imports nothing of the package;
`configure` is told once what is needed of it.
"""

from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.mem cimport PyMem_Free, PyMem_Malloc, PyMem_Realloc
from libc.float cimport FLT_MAX
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy, memmove, memset

include "_capi.pxi"

cdef object _twin_plan = None
cdef object _twin_payload = None
cdef object _malformed_tuple = None
cdef object _interval_ym = None
cdef object _encode_entry = None
cdef object _too_many_parameters = None
cdef object _twin_limits = None
cdef bytes _null_entry = b""
cdef bytes _true_entry = b""
cdef bytes _false_entry = b""
cdef object _missing_column = None


def configure(
    *,
    twin_plan,
    twin_payload,
    malformed_tuple,
    interval_ym,
    encode_entry,
    too_many_parameters,
    twin_limits,
    bytes null_entry,
    bytes true_entry,
    bytes false_entry,
    missing_column,
):
    """Take what this module needs of the package; called once, before all else."""
    global _twin_plan, _twin_payload, _malformed_tuple, _interval_ym
    global _encode_entry, _too_many_parameters, _twin_limits
    global _null_entry, _true_entry, _false_entry, _missing_column
    _twin_plan = twin_plan
    _twin_payload = twin_payload
    _malformed_tuple = malformed_tuple
    _interval_ym = interval_ym
    _encode_entry = encode_entry
    _too_many_parameters = too_many_parameters
    _twin_limits = twin_limits
    _null_entry = null_entry
    _true_entry = true_entry
    _false_entry = false_entry
    _missing_column = missing_column


include "_cells.pxi"
include "_rows.pxi"
include "_runs.pxi"
include "_out.pxi"
include "_bind.pxi"
include "_limits.pxi"
include "_puts.pxi"
include "_batch.pxi"
include "_rowtuple.pxi"
