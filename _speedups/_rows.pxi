# Rows: plans, and the loop over whole TUPLE messages.

cdef enum:
    TUPLE_HEAD = 8  # tag, warn, payload length
    SQ_TUPLE = 14
    MAX_TUPLE = 16 * 1024 * 1024

cdef int _FIXED_WIDTHS[9]
_FIXED_WIDTHS[:] = [0, 2, 4, 8, 10, 8, 4, 0, 4]  # by Kind


cdef class Plan:
    """How the rows of one description are read; see informix_db._wire.decode.Plan."""

    cdef readonly tuple names
    cdef readonly str encoding
    cdef readonly object twin
    cdef tuple cells  # the twin's: one (width, decoder) per step
    cdef bytes encoding_bytes
    cdef const char* codec
    cdef int mode
    cdef Py_ssize_t count
    cdef Step* steps
    cdef bint has_aliens

    def __cinit__(self, steps, names, str encoding not None):
        cdef Py_ssize_t i
        self.twin = _twin_plan(steps, names, encoding)
        self.names = self.twin.names
        self.cells = self.twin.cells
        self.encoding = encoding
        self.encoding_bytes = encoding.encode("ascii")
        self.codec = self.encoding_bytes
        self.mode = _text_mode(encoding)
        self.count = len(self.cells)
        self.steps = <Step*> PyMem_Malloc(max(self.count, 1) * sizeof(Step))
        if self.steps is NULL:
            raise MemoryError
        for i in range(self.count):
            kind, width, argument = steps[i]
            if kind > BOOLEAN:  # the argument may be no number
                argument = 0
            _fill_step(&self.steps[i], kind, width, argument)
            self.has_aliens |= self.steps[i].kind == ALIEN

    def __dealloc__(self):
        PyMem_Free(self.steps)


cdef int _fill_step(Step* step, int kind, Py_ssize_t width, int argument) except -1:
    """Make a step of the twin's; ALIEN if this file cannot read such a cell."""
    cdef bint known
    memset(step, 0, sizeof(Step))
    step.kind = kind
    step.width = width
    step.scale = argument
    if DATETIME_DATE <= kind <= INTERVAL_YM:
        known = take_apart(step, argument)
    elif kind == DECIMAL:
        known = 2 <= width <= MAX_PAIRS + 1 and 0 <= argument <= FLOATING_SCALE
    elif kind == CHAR:
        known = width > 0
    elif kind == VARCHAR_PADDED:
        known = 1 <= width <= 256
    elif kind == VARCHAR or kind == LVARCHAR or kind == BOOLEAN:
        known = width == 0
    else:
        known = SMALLINT <= kind <= DATE and width == _FIXED_WIDTHS[kind]
    if not known:
        step.kind = ALIEN
        step.width = 0
    return 0


cdef PyObject* alien_cell(
    Plan plan, Py_ssize_t index, PyObject* data, const uint8_t* start,
    const uint8_t** at, const uint8_t* end,
) noexcept:
    """Read a cell by the twin's decoder and move `at` behind it."""
    cdef PyObject* cell = PyTuple_GET_ITEM(<PyObject*> plan.cells, index)
    cdef PyObject* decoder = PyTuple_GET_ITEM(cell, 1)
    cdef Py_ssize_t width = PyLong_AsSsize_t(PyTuple_GET_ITEM(cell, 0))
    cdef Py_ssize_t pos = at[0] - start
    cdef PyObject* pair
    cdef PyObject* value = NULL
    if width > 0:
        if end - at[0] >= width:
            value = PyObject_CallFunction(decoder, "On", data, pos)
            at[0] += width
        return value
    pair = PyObject_CallFunction(decoder, "Onn", data, pos, <Py_ssize_t> (end - start))
    if pair is NULL:
        return NULL
    if PyTuple_Check(pair) and PyTuple_GET_SIZE(pair) == 2:
        width = PyLong_AsSsize_t(PyTuple_GET_ITEM(pair, 1)) - pos
        if 0 <= width <= end - at[0]:
            value = PyTuple_GET_ITEM(pair, 0)
            Py_INCREF(value)
            at[0] += width
    Py_DECREF(pair)
    return value


cdef PyObject* regular_row(
    Plan plan, PyObject* data, const uint8_t* start,
    const uint8_t* p, const uint8_t* end,
) noexcept:
    """Read the row at `p` to `end` in `data`, whose bytes begin at `start`.

    NULL if a cell is irregular, or the row is not used up.
    """
    cdef PyObject* row = PyTuple_New(plan.count)
    cdef PyObject* value
    cdef const Step* step = plan.steps
    cdef Py_ssize_t i, size
    cdef int kind
    if row is NULL:
        return NULL
    for i in range(plan.count):
        if end - p < step.width:
            break
        kind = step.kind
        value = NULL
        if kind == INT:
            value = int_cell(p)
        elif kind == SMALLINT:
            value = smallint_cell(p)
        elif kind == BIGINT:
            value = bigint_cell(p)
        elif kind == INT8:
            value = int8_cell(p)
        elif kind == FLOAT:
            value = float_cell(p)
        elif kind == SMALLFLOAT:
            value = smallfloat_cell(p)
        elif kind == DECIMAL:
            value = decimal_cell(p, step)
        elif kind == DATE:
            value = date_cell(p)
        elif kind == DATETIME_DATE or kind == DATETIME_TIME or kind == DATETIME_FULL:
            value = datetime_cell(p, step)
        elif kind == INTERVAL_DAY or kind == INTERVAL_YM:
            value = interval_cell(p, step)
        elif kind == CHAR:
            value = char_cell(p, step.width, plan)
        elif kind == VARCHAR:
            if p < end and p[0] < end - p:
                value = varchar_cell(p, plan)
                p += 1 + p[0]
        elif kind == VARCHAR_PADDED:
            if p[0] < step.width:
                value = varchar_cell(p, plan)
        elif kind == LVARCHAR or kind == BOOLEAN:
            # indicator (0, or NULL), length, the bytes
            if end - p >= 5:
                size = <int32_t> big32(p + 1)
                if 0 <= size <= end - p - 5:
                    if p[0]:
                        value = none()
                    elif kind == LVARCHAR:
                        value = text_of(p + 5, size, plan)
                    else:
                        value = boolean_cell(p + 5, size)
                    p += 5 + size
        else:
            value = alien_cell(plan, i, data, start, &p, end)
        if value is NULL:
            break
        PyTuple_SET_ITEM(row, i, value)
        p += step.width
        step += 1
    else:
        if p == end:
            if not plan.has_aliens:
                # No value of this row refers to another object. The collector would
                # find that out and stop tracking the tuple; this spares it the work.
                PyObject_GC_UnTrack(row)
            return row
    Py_DECREF(row)
    return NULL


cdef object row_of(
    Plan plan, object data, const uint8_t* start, const uint8_t* p, const uint8_t* end
):
    """Read a row here if it is regular, else by the twin."""
    cdef PyObject* row = regular_row(plan, <PyObject*> data, start, p, end)
    if row is not NULL:
        value = <object> row
        Py_DECREF(row)
        return value
    if PyErr_Occurred() is not NULL:
        if not PyErr_ExceptionMatches(PyExc_Exception):
            raise_set()
        PyErr_Clear()
    return _twin_payload(data, p - start, end - start, plan.twin)


cdef int raise_set() except -1:
    """Raise the exception that is set."""
    return -1


cdef int check_span(const Py_buffer* view, Py_ssize_t pos, Py_ssize_t end) except -1:
    if not 0 <= pos <= end <= view.len:
        raise ValueError(f"bytes {pos} to {end} of a buffer of {view.len}")
    return 0


def parse_tuple_payload(data, Py_ssize_t pos, Py_ssize_t end, Plan plan not None):
    """Decode the row in ``data[pos:end]``; see informix_db._wire.decode."""
    cdef Py_buffer view
    cdef const uint8_t* start
    PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
    try:
        check_span(&view, pos, end)
        start = <const uint8_t*> view.buf
        return row_of(plan, data, start, start + pos, start + end)
    finally:
        PyBuffer_Release(&view)


cdef Py_ssize_t take_tuples(
    data, const uint8_t* start, Py_ssize_t pos, Py_ssize_t end, Plan plan, list rows
) except -1:
    """Append the rows of the whole TUPLE messages at `pos`; return where they end.

    Without `rows` pass over them.
    """
    cdef const uint8_t* p
    cdef int64_t size
    while end - pos >= TUPLE_HEAD:
        p = start + pos
        if big16(p) != SQ_TUPLE:
            break
        size = <int32_t> big32(p + 4)
        if not 0 <= size <= MAX_TUPLE:
            raise _malformed_tuple(size)
        p += TUPLE_HEAD
        if size + (size & 1) > end - pos - TUPLE_HEAD:
            break
        if rows is not None:
            PyList_Append(rows, row_of(plan, data, start, p, p + size))
        pos += TUPLE_HEAD + size + (size & 1)
    return pos
