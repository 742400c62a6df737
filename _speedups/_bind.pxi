# Parameters: values to the entries of BIND. The exact types are encoded here; their
# subclasses, every other type, and values that are an error by the twin.

cdef enum:
    MAX_SHORT_TEXT = 255
    MAX_PARAMETERS = 0x7FFF
    MAX_DIGITS = 32
    MAX_DECIMAL_STR = 80
    PREC_INT = 0x0A00
    PREC_BIGINT = 0x1300
    YEAR_TO_FRACTION5 = 0x130F
    HOUR_TO_SECOND = 0x066A
    HOUR_TO_FRACTION5 = 0x0B6F
    DAY9_TO_FRACTION5 = 0x144F
    # type codes
    CODE_CHAR = 0
    CODE_INT = 2
    CODE_FLOAT = 3
    CODE_DECIMAL = 5
    CODE_DATE = 7
    CODE_DATETIME = 10
    CODE_INTERVAL = 14
    CODE_INT8 = 17
    CODE_LVARCHAR = 43
    CODE_BIGINT = 52

cdef type _Decimal = decimal.Decimal


cdef class BindContext:
    """What encoding a parameter depends on besides its value."""

    cdef readonly str encoding
    cdef readonly bint bigint
    cdef int mode

    def __cinit__(self, str encoding not None, bint bigint):
        self.encoding = encoding
        self.bigint = bigint
        self.mode = _text_mode(encoding)


cdef struct Out:
    uint8_t* data
    Py_ssize_t size
    Py_ssize_t capacity
    uint8_t fixed[1024]


cdef inline uint8_t* room(Out* out, Py_ssize_t count) except NULL:
    """Return where to write `count` bytes; they count as written."""
    if out.capacity - out.size < count:
        grow(out, count)
    out.size += count
    return out.data + out.size - count


cdef int grow(Out* out, Py_ssize_t count) except -1:
    cdef Py_ssize_t capacity = 2 * out.capacity + count
    cdef uint8_t* data
    if out.data == out.fixed:
        data = <uint8_t*> PyMem_Malloc(capacity)
        if data is not NULL:
            memcpy(data, out.fixed, out.size)
    else:
        data = <uint8_t*> PyMem_Realloc(out.data, capacity)
    if data is NULL:
        raise MemoryError
    out.data = data
    out.capacity = capacity
    return 0


cdef inline void put16(uint8_t* at, unsigned int value) noexcept nogil:
    at[0] = value >> 8 & 0xFF
    at[1] = value & 0xFF


cdef inline void put32(uint8_t* at, uint32_t value) noexcept nogil:
    put16(at, value >> 16)
    put16(at + 2, value & 0xFFFF)


cdef inline void put64(uint8_t* at, uint64_t value) noexcept nogil:
    put32(at, value >> 32)
    put32(at + 4, value & 0xFFFFFFFFULL)


cdef inline uint8_t* put_head(
    Out* out, int code, int precision, Py_ssize_t size
) except NULL:
    """Write type, indicator 0 and precision; return where `size` more bytes go."""
    cdef uint8_t* at = room(out, 6 + size)
    put16(at, code)
    put16(at + 2, 0)
    put16(at + 4, precision)
    return at + 6


cdef int put_bytes(Out* out, const void* data, Py_ssize_t size) except -1:
    memcpy(room(out, size), data, size)
    return 0


# An encoder returns whether it has written the entry; if not, the twin does.


cdef bint put_int(Out* out, object value, BindContext context) except -1:
    cdef int overflow = 0
    cdef long long number = PyLong_AsLongLongAndOverflow(value, &overflow)
    cdef uint64_t magnitude
    cdef uint8_t* at
    if overflow:
        return False
    # The lowest value of each width is that width's NULL.
    if -0x80000000LL < number < 0x80000000LL:
        put32(put_head(out, CODE_INT, PREC_INT, 4), <uint32_t> number)
        return True
    magnitude = <uint64_t> number if number >= 0 else 0 - <uint64_t> number
    if magnitude == 0x8000000000000000ULL:
        return False
    if context.bigint:
        put64(put_head(out, CODE_BIGINT, PREC_BIGINT, 8), <uint64_t> number)
        return True
    at = put_head(out, CODE_INT8, PREC_BIGINT, 10)
    put16(at, 1 if number >= 0 else 0xFFFF)
    put32(at + 2, magnitude & 0xFFFFFFFFULL)
    put32(at + 6, magnitude >> 32)
    return True


cdef bint put_float(Out* out, double value) except -1:
    cdef uint64_t raw
    if value - value != 0.0:  # NaN and the infinities
        return False
    memcpy(&raw, &value, 8)
    put64(put_head(out, CODE_FLOAT, 0, 8), raw)
    return True


cdef bint put_str(Out* out, str value, BindContext context) except -1:
    cdef const void* data = PyUnicode_DATA(<PyObject*> value)
    cdef Py_ssize_t length = PyUnicode_GET_LENGTH(value)
    if PyUnicode_IS_ASCII(value):
        if context.mode == ANY_TEXT:
            return False
        put_text(out, data, length)
    elif context.mode == LATIN1 and PyUnicode_KIND(value) == 1:
        put_text(out, data, length)
    elif context.mode == UTF8:
        try:
            raw = PyUnicode_AsUTF8String(value)
        except UnicodeEncodeError:
            return False
        put_text(out, <const char*> raw, len(raw))
    else:
        return False
    return True


cdef int put_text(Out* out, const void* data, Py_ssize_t size) except -1:
    cdef Py_ssize_t padded = size + (size & 1)
    cdef uint8_t* at
    if size <= MAX_SHORT_TEXT:
        at = put_head(out, CODE_CHAR, 0, 2 + padded)
        put16(at, <unsigned int> size)
        at += 2
    else:
        # type, no owner, no name, indicator, precision, length
        at = room(out, 14 + padded)
        put16(at, CODE_LVARCHAR)
        memset(at + 2, 0, 8)
        put32(at + 10, <uint32_t> size)
        at += 14
    memcpy(at, data, size)
    if size & 1:
        at[size] = 0
    return 0


cdef int put_packed(
    Out* out, int code, int precision,
    bint negative, int exponent, uint8_t* pairs, int count,
) except -1:
    """Write an entry of base-100 digits, which are complemented if negative."""
    cdef int size = count + 1
    cdef uint8_t* at = put_head(out, code, precision, 2 + size + (size & 1))
    cdef int i, last
    put16(at, size)
    at += 2
    at[size] = 0  # pad, or overwritten
    at[0] = 0x80 | (exponent + 64)
    memcpy(at + 1, pairs, count)
    if negative:
        last = count - 1
        while last >= 0 and pairs[last] == 0:
            last -= 1
        if last >= 0:
            at[0] = (exponent + 64) ^ 0x7F
            at[1 + last] = 100 - pairs[last]
            for i in range(last):
                at[1 + i] = 99 - pairs[i]
    return 0


cdef bint put_decimal(Out* out, value) except -1:
    """Encode by the number's text, which has all its digits and its exponent."""
    cdef str text = str(value)
    cdef Py_ssize_t length = PyUnicode_GET_LENGTH(text)
    cdef const char* at
    cdef const char* end
    cdef uint8_t digits[MAX_DECIMAL_STR + 2]  # room for a zero at either end
    cdef uint8_t pairs[MAX_PAIRS]
    cdef int count = 0, zeros = 0, exponent = 0, start, scale, i
    cdef bint negative, negative_power, in_fraction = False
    if length > MAX_DECIMAL_STR or not PyUnicode_IS_ASCII(text):
        return False
    at = <const char*> PyUnicode_DATA(<PyObject*> text)
    end = at + length
    negative = at[0] == c"-"
    at += negative
    while at < end and (c"0" <= at[0] <= c"9" or at[0] == c"."):
        if at[0] == c".":
            in_fraction = True
        else:
            exponent -= in_fraction
            if count or at[0] != c"0":
                count += 1
                digits[count] = at[0] - c"0"
                zeros = 0 if digits[count] else zeros + 1
        at += 1
    if at < end:
        if at[0] != c"E" and at[0] != c"e":
            return False  # a NaN or an infinity
        negative_power = at[1] == c"-"
        i = 0
        at += 2
        while at < end:
            if i > 10000:
                return False
            i = i * 10 + at[0] - c"0"
            at += 1
        exponent += -i if negative_power else i
    scale = min(max(0, -exponent), MAX_DIGITS)
    if not count:
        pairs[0] = 0
        put_packed(out, CODE_DECIMAL, scale, False, -64, pairs, 1)
        return True
    if count - zeros > MAX_DIGITS:
        return False
    if count > MAX_DIGITS:
        exponent += zeros
        count -= zeros
    if exponent & 1:
        count += 1
        digits[count] = 0
        exponent -= 1
    start = 1
    if count & 1:
        start = 0
        digits[0] = 0
        count += 1
    exponent = (count + exponent) // 2
    # A negative number of the highest exponent may look like NULL.
    if not -64 <= exponent <= (62 if negative else 63):
        return False
    for i in range(count // 2):
        pairs[i] = 10 * digits[start + 2 * i] + digits[start + 2 * i + 1]
    put_packed(out, CODE_DECIMAL, scale, negative, exponent, pairs, count // 2)
    return True


cdef int put_date(Out* out, value) except -1:
    cdef int year = PyDateTime_GET_YEAR(value)
    cdef int month = PyDateTime_GET_MONTH(value)
    cdef int ordinal
    if month <= 2:  # count from March, so that the leap day comes last
        year -= 1
        month += 12
    ordinal = (
        365 * year + year // 4 - year // 100 + year // 400
        + (153 * (month - 3) + 2) // 5 + PyDateTime_GET_DAY(value) - 306
    )
    put32(put_head(out, CODE_DATE, 0, 4), <uint32_t> (ordinal - DATE_EPOCH))
    return 0


cdef void put_time_pairs(
    uint8_t* pairs, int hour, int minute, int second, int microsecond
) noexcept nogil:
    """Fill in six pairs; the last digit is no more than 1/100000 s."""
    pairs[0] = hour
    pairs[1] = minute
    pairs[2] = second
    pairs[3] = microsecond // 10000
    pairs[4] = microsecond // 100 % 100
    pairs[5] = microsecond % 100 // 10 * 10


cdef bint put_datetime(Out* out, value) except -1:
    cdef uint8_t pairs[10]
    cdef int year = PyDateTime_GET_YEAR(value)
    if PyDateTime_DATE_GET_TZINFO(value) is not Py_None:
        return False
    pairs[0] = year // 100
    pairs[1] = year % 100
    pairs[2] = PyDateTime_GET_MONTH(value)
    pairs[3] = PyDateTime_GET_DAY(value)
    put_time_pairs(
        pairs + 4,
        PyDateTime_DATE_GET_HOUR(value),
        PyDateTime_DATE_GET_MINUTE(value),
        PyDateTime_DATE_GET_SECOND(value),
        PyDateTime_DATE_GET_MICROSECOND(value),
    )
    put_packed(out, CODE_DATETIME, YEAR_TO_FRACTION5, False, 7, pairs, 10)
    return True


cdef bint put_time(Out* out, value) except -1:
    cdef uint8_t pairs[6]
    cdef int microsecond = PyDateTime_TIME_GET_MICROSECOND(value)
    if PyDateTime_TIME_GET_TZINFO(value) is not Py_None:
        return False
    put_time_pairs(
        pairs,
        PyDateTime_TIME_GET_HOUR(value),
        PyDateTime_TIME_GET_MINUTE(value),
        PyDateTime_TIME_GET_SECOND(value),
        microsecond,
    )
    if microsecond >= 10:
        put_packed(out, CODE_DATETIME, HOUR_TO_FRACTION5, False, 3, pairs, 6)
    else:
        put_packed(out, CODE_DATETIME, HOUR_TO_SECOND, False, 3, pairs, 3)
    return True


cdef int put_timedelta(Out* out, value) except -1:
    cdef uint8_t pairs[11]
    cdef int days = PyDateTime_DELTA_GET_DAYS(value)
    cdef int seconds = PyDateTime_DELTA_GET_SECONDS(value)
    cdef int microseconds = PyDateTime_DELTA_GET_MICROSECONDS(value)
    cdef bint negative = days < 0
    cdef int i
    if negative:  # only the days carry the sign
        days = -days
        if microseconds:
            microseconds = 1000000 - microseconds
            seconds += 1
        if seconds:
            seconds = 86400 - seconds
            days -= 1
    for i in range(4, -1, -1):
        pairs[i] = days % 100
        days //= 100
    put_time_pairs(
        pairs + 5, seconds // 3600, seconds // 60 % 60, seconds % 60, microseconds
    )
    put_packed(out, CODE_INTERVAL, DAY9_TO_FRACTION5, negative, 8, pairs, 11)
    return 0


cdef bint put_regular(Out* out, value, BindContext context) except -1:
    """Write the entry of a value; False leaves it to the twin."""
    cdef type kind = type(value)
    if value is None:
        put_bytes(out, <const char*> _null_entry, len(_null_entry))
    elif kind is str:
        return put_str(out, value, context)
    elif kind is int:
        return put_int(out, value, context)
    elif kind is float:
        return put_float(out, value)
    elif kind is _Decimal:
        return put_decimal(out, value)
    elif PyDate_CheckExact(value):
        put_date(out, value)
    elif PyDateTime_CheckExact(value):
        return put_datetime(out, value)
    elif kind is bool:
        entry = _true_entry if value else _false_entry
        put_bytes(out, <const char*> entry, len(entry))
    elif PyTime_CheckExact(value):
        return put_time(out, value)
    elif PyDelta_CheckExact(value):
        put_timedelta(out, value)
    else:
        return False
    return True


def encode_row(values, BindContext context not None):
    """Return the body of BIND; see informix_db._wire.encode."""
    # A tuple, because the twin may run Python code that changes the sequence.
    cdef tuple items = tuple(values)
    cdef Py_ssize_t count = len(items)
    cdef Py_ssize_t i
    cdef Out out
    if count > MAX_PARAMETERS:
        raise _too_many_parameters(count)
    out.data = out.fixed
    out.size = 0
    out.capacity = sizeof(out.fixed)
    try:
        put16(room(&out, 2), count)
        for i in range(count):
            value = items[i]
            if not put_regular(&out, value, context):
                entry = <bytes?> _encode_entry(value, context, i + 1)
                put_bytes(&out, <const char*> entry, len(entry))
        return PyBytes_FromStringAndSize(<const char*> out.data, out.size)
    finally:
        if out.data != out.fixed:
            PyMem_Free(out.data)
