# What most replies are made of, a run at a time.

cdef enum:
    SQ_EOT = 12
    SQ_DONE = 15
    SQ_COST = 55
    SQ_INSERTDONE = 94
    DONE_SIZE = 16
    COST_SIZE = 10


def read_run(
    data, Py_ssize_t pos, Py_ssize_t end, Py_ssize_t insertdone_size,
    Plan plan, list rows,
):
    """Read the whole messages at `pos` to EOT; see informix_db._wire.runs."""
    cdef Py_buffer view
    cdef const uint8_t* start
    cdef Py_ssize_t before, row_bytes = 0, dones = 0, done_at = -1, insertdone_at = -1
    cdef int64_t changed = 0
    cdef bint over = False
    cdef int tag
    if insertdone_size < 2:
        raise ValueError(f"INSERTDONE of {insertdone_size} bytes")
    PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
    try:
        check_span(&view, pos, end)
        start = <const uint8_t*> view.buf
        while end - pos >= 2 and not over:
            tag = big16(start + pos)
            before = pos
            if tag == SQ_TUPLE and plan is not None:
                pos = take_tuples(data, start, pos, end, plan, rows)
                row_bytes += pos - before
            elif tag == SQ_DONE and end - pos >= DONE_SIZE:
                dones += 1
                changed += <int32_t> big32(start + pos + 4)
                done_at = pos
                pos += DONE_SIZE
            elif tag == SQ_COST and end - pos >= COST_SIZE:
                pos += COST_SIZE
            elif tag == SQ_INSERTDONE and end - pos >= insertdone_size:
                insertdone_at = pos
                pos += insertdone_size
            elif tag == SQ_EOT:
                over = True
                pos += 2
            if pos == before:
                break
        return pos, over, row_bytes, dones, changed, done_at, insertdone_at
    finally:
        PyBuffer_Release(&view)
