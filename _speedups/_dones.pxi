# What answers an execution, a run at a time.

cdef enum:
    SQ_DONE = 15
    SQ_COST = 55
    SQ_INSERTDONE = 94
    DONE_SIZE = 16
    COST_SIZE = 10


def read_dones(data, Py_ssize_t pos, Py_ssize_t end, Py_ssize_t insertdone_size):
    """Read the whole messages at `pos`; see informix_db._wire.dones."""
    cdef Py_buffer view
    cdef const uint8_t* start
    cdef Py_ssize_t size, count = 0, last_done = -1, last_insertdone = -1
    cdef int64_t rows = 0
    cdef int tag
    if insertdone_size < 2:
        raise ValueError(f"INSERTDONE of {insertdone_size} bytes")
    PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
    try:
        check_span(&view, pos, end)
        start = <const uint8_t*> view.buf
        while end - pos >= 2:
            tag = big16(start + pos)
            if tag == SQ_DONE:
                size = DONE_SIZE
            elif tag == SQ_COST:
                size = COST_SIZE
            elif tag == SQ_INSERTDONE:
                size = insertdone_size
            else:
                break
            if end - pos < size:
                break
            if tag == SQ_DONE:
                count += 1
                rows += <int32_t> big32(start + pos + 4)
                last_done = pos
            elif tag == SQ_INSERTDONE:
                last_insertdone = pos
            pos += size
        return pos, count, rows, last_done, last_insertdone
    finally:
        PyBuffer_Release(&view)
