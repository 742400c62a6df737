# Rows of an insert cursor: values to the cells of PUT. What fits its column as it is
# is encoded here; the rest, and every refusal, is the twin's.

cdef struct Target:
    Step step
    int64_t limit  # of an integer, or the bytes of a text
    int precision  # digits of a DECIMAL


cdef class TupleEncoder:
    """Encodes rows of one description; see informix_db._wire.encode_tuple."""

    cdef readonly object twin
    cdef readonly tuple types
    cdef tuple cells  # the twin's: one (encoder, NULL) per column
    cdef int mode
    cdef Py_ssize_t count
    cdef Target* targets

    def __cinit__(self, twin, steps, lengths, str encoding not None):
        cdef Py_ssize_t i
        self.twin = twin
        self.types = twin.types
        self.cells = twin.cells
        self.mode = _text_mode(encoding)
        self.count = len(self.cells)
        self.targets = <Target*> PyMem_Malloc(max(self.count, 1) * sizeof(Target))
        if self.targets is NULL:
            raise MemoryError
        for i in range(self.count):
            kind, width, argument = steps[i]
            _fill_target(&self.targets[i], kind, width, argument, lengths[i])

    def __dealloc__(self):
        PyMem_Free(self.targets)

    def encode(self, values):
        """Return the tuple of one row."""
        cdef tuple items = tuple(values)
        cdef bytes cell
        cdef Py_ssize_t i
        cdef Out out
        if len(items) != self.count:
            return self.twin.encode(items)
        open_out(&out)
        try:
            for i in range(self.count):
                value = items[i]
                encoder, cell = self.cells[i]  # the cell is NULL
                if value is not None:
                    if put_cell(&out, value, &self.targets[i], self.mode):
                        continue
                    try:
                        cell = encoder(value)
                    except Exception:
                        return self.twin.encode(items)
                put_bytes(&out, <const char*> cell, len(cell))
            return take_out(&out)
        finally:
            close_out(&out)


cdef int _fill_target(
    Target* target, int kind, Py_ssize_t width, int argument, int encoded_length
) except -1:
    """Take a column apart; its kind becomes ALIEN if its cells are the twin's."""
    cdef Step* step = &target.step
    _fill_step(step, kind, width, argument)
    kind = step.kind
    target.precision = encoded_length >> 8
    target.limit = 0
    if kind == SMALLINT:
        target.limit = 0x7FFF
    elif kind == INT:
        target.limit = 0x7FFFFFFF
    elif kind == BIGINT or kind == INT8:
        target.limit = 0x7FFFFFFFFFFFFFFFLL
    elif kind == VARCHAR:
        target.limit = encoded_length & 0xFF
    elif kind == CHAR or kind == LVARCHAR:
        target.limit = encoded_length
    elif kind == DATETIME_DATE or kind == DATETIME_FULL:
        # Only with a year, of four digits, is there a type of Python's for it.
        if step.first != 0 or step.leading != 2 or step.odd:
            step.kind = ALIEN
        elif kind == DATETIME_DATE and step.last != 4:
            step.kind = ALIEN
        elif kind == DATETIME_FULL and step.last < 8:
            step.kind = ALIEN
    elif kind == DATETIME_TIME:
        if step.first != 6 or step.leading != 1 or step.odd or step.last < 8:
            step.kind = ALIEN
    elif kind == INTERVAL_DAY:
        if step.first > SECOND:
            step.kind = ALIEN
    elif kind == INTERVAL_YM or kind == VARCHAR_PADDED:
        step.kind = ALIEN
    return 0


cdef bint put_cell(Out* out, value, const Target* target, int mode) except -1:
    """Write the cell of a value; False leaves it to the twin."""
    cdef const Step* step = &target.step
    cdef type kind = type(value)
    cdef int overflow
    if step.kind == ALIEN:
        return False
    elif step.kind <= INT8:
        return kind is int and put_integer_cell(out, value, target)
    elif step.kind == FLOAT or step.kind == SMALLFLOAT:
        return kind is float and put_float_cell(out, value, step.kind)
    elif step.kind == DECIMAL:
        if kind is int:
            # Of a very long one Python refuses to make text.
            PyLong_AsLongLongAndOverflow(value, &overflow)
            return not overflow and put_decimal_cell(out, value, target)
        return kind is _Decimal and put_decimal_cell(out, value, target)
    elif step.kind == DATE:
        if not PyDate_CheckExact(value):
            return False
        put32(room(out, 4), <uint32_t> days_of(value))
        return True
    elif step.kind == INTERVAL_DAY:
        return PyDelta_CheckExact(value) and put_span_cell(out, value, step)
    elif step.kind == BOOLEAN:
        return kind is bool and put_boolean_cell(out, value)
    elif step.kind >= CHAR:
        return kind is str and put_text_cell(out, value, target, mode)
    return put_datetime_cell(out, value, step)


cdef bint put_integer_cell(Out* out, value, const Target* target) except -1:
    cdef int overflow
    cdef long long number = PyLong_AsLongLongAndOverflow(value, &overflow)
    cdef uint64_t magnitude
    cdef uint8_t* at
    if overflow or not -target.limit <= number <= target.limit:
        return False
    at = room(out, target.step.width)
    if target.step.kind == SMALLINT:
        put16(at, <unsigned int> number)
    elif target.step.kind == INT:
        put32(at, <uint32_t> number)
    elif target.step.kind == BIGINT:
        put64(at, <uint64_t> number)
    else:
        magnitude = <uint64_t> number if number >= 0 else 0 - <uint64_t> number
        put16(at, 1 if number >= 0 else 0xFFFF)
        put32(at + 2, magnitude & 0xFFFFFFFFULL)
        put32(at + 6, magnitude >> 32)
    return True


cdef bint put_float_cell(Out* out, double value, int kind) except -1:
    cdef float single
    cdef uint32_t short_raw
    cdef uint64_t raw
    if value - value != 0.0:  # NaN and the infinities
        return False
    if kind == FLOAT:
        memcpy(&raw, &value, 8)
        put64(room(out, 8), raw)
        return True
    if not -FLT_MAX <= value <= FLT_MAX:
        return False
    single = <float> value
    memcpy(&short_raw, &single, 4)
    put32(room(out, 4), short_raw)
    return True


cdef bint put_decimal_cell(Out* out, value, const Target* target) except -1:
    cdef Py_ssize_t width = target.step.width
    cdef int scale = target.step.scale
    cdef Digits taken
    cdef uint8_t[MAX_PAIRS] pairs
    cdef uint8_t* at
    cdef int count
    if not take_digits(value, &taken):
        return False
    taken.count -= taken.zeros
    taken.exponent += taken.zeros
    if not taken.count:
        at = room(out, width)
        memset(at, 0, width)
        at[0] = 0x80
        return True
    if taken.count > MAX_DIGITS:
        return False
    if scale == FLOATING_SCALE:
        if taken.count > target.precision:
            return False
    elif (
        -taken.exponent > scale
        or taken.count + taken.exponent > target.precision - scale
    ):
        return False
    count = pair_digits(&taken, pairs)
    if count < 0 or count >= width:
        return False
    at = room(out, width)
    pack(at, taken.negative, taken.exponent, pairs, count)
    memset(at + 1 + count, 0, width - 1 - count)
    return True


cdef bint put_datetime_cell(Out* out, value, const Step* step) except -1:
    """Write the fields from the first to the last; a fraction may lose digits."""
    cdef uint8_t[10] pairs
    cdef uint8_t* time = pairs + 4
    cdef int year
    if step.kind == DATETIME_TIME:
        if not PyTime_CheckExact(value) or not take_time(value, step.fraction, time):
            return False
    elif step.kind == DATETIME_FULL:
        if not PyDateTime_CheckExact(value):
            return False
        if not take_time_of_day(value, step.fraction, time):
            return False
    elif PyDate_CheckExact(value):
        memset(time, 0, 6)
    else:
        return False
    if step.last < SECOND and time[2]:
        return False
    if step.kind == DATETIME_TIME:
        pack_cell(out, False, step, time)
        return True
    year = PyDateTime_GET_YEAR(value)
    pairs[0] = year // 100
    pairs[1] = year % 100
    pairs[2] = PyDateTime_GET_MONTH(value)
    pairs[3] = PyDateTime_GET_DAY(value)
    pack_cell(out, False, step, pairs)
    return True


cdef int pack_cell(
    Out* out, bint negative, const Step* step, const uint8_t* pairs
) except -1:
    """Write a DATETIME or INTERVAL of the column's width."""
    pack(room(out, step.width), negative, step.exponent, pairs, <int> step.width - 1)
    return 0


cdef bint put_span_cell(Out* out, value, const Step* step) except -1:
    cdef uint8_t[16] pairs
    cdef uint8_t* at = pairs + step.leading
    cdef Span span
    cdef int64_t rest, count
    cdef int i, field, unit
    take_span(value, &span)
    rest = <int64_t> span.days * 86400 + span.seconds
    field = step.first
    while field <= step.last and field <= SECOND:
        unit = 86400 if field == 4 else 3600 if field == 6 else 60 if field == 8 else 1
        count = rest // unit
        rest %= unit
        if field == step.first:
            for i in range(step.leading - 1, -1, -1):
                pairs[i] = count % 100
                count //= 100
            if count or (step.odd and pairs[0] > 9):
                return False
        else:
            at[0] = count
            at += 1
        field += 2
    if rest:
        return False
    put_fraction(at, span.microseconds, step.fraction)
    pack_cell(out, span.negative, step, pairs)
    return True


cdef bint put_boolean_cell(Out* out, bint value) except -1:
    cdef uint8_t* at = room(out, 6)
    memset(at, 0, 6)
    at[4] = 1  # the length
    at[5] = value
    return True


cdef bint put_text_cell(Out* out, str value, const Target* target, int mode) except -1:
    cdef Text text
    cdef bint fits
    cdef uint8_t* at
    if not encode_plain(value, mode, &text):
        return False
    try:
        fits = text.size <= target.limit
        if target.step.kind == LVARCHAR:
            if fits:
                at = room(out, 5 + text.size)
                at[0] = 0
                put32(at + 1, <uint32_t> text.size)
                memcpy(at + 5, text.data, text.size)
            return fits
        if not fits or (text.size and (<const char*> text.data)[0] == 0):
            return False
        if target.step.kind == VARCHAR:
            at = room(out, 1 + text.size)
            at[0] = text.size
            memcpy(at + 1, text.data, text.size)
        else:
            at = room(out, target.limit)
            memcpy(at, text.data, text.size)
            memset(at + text.size, c" ", target.limit - text.size)
        return True
    finally:
        Py_XDECREF(text.owner)
