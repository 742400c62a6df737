# Parameters: values to the entries of BIND. The exact types are encoded here; their
# subclasses, every other type, and values that are an error by the twin.

cdef enum:
    MAX_SHORT_TEXT = 255
    MAX_TEXT = 0x7FFFFFFF  # what an int can say
    MAX_PARAMETERS = 0x7FFF
    MAX_DIGITS = 32
    MAX_DECIMAL_STR = 80
    FRACTION = 5  # digits: 1/100000 s, the finest Informix stores
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


cdef inline uint8_t* put_head(
    Out* out, int code, int precision, Py_ssize_t size
) except NULL:
    """Write type, indicator 0 and precision; return where `size` more bytes go."""
    cdef uint8_t* at = room(out, 6 + size)
    put16(at, code)
    put16(at + 2, 0)
    put16(at + 4, precision)
    return at + 6


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


cdef struct Text:
    const void* data
    Py_ssize_t size
    PyObject* owner  # of the data, or NULL if that is the str itself


cdef bint encode_plain(str value, int mode, Text* text) except -1:
    """Encode text that needs no codec; the caller gives up `text.owner`."""
    text.data = PyUnicode_DATA(<PyObject*> value)
    text.size = PyUnicode_GET_LENGTH(value)
    text.owner = NULL
    if text.size > MAX_TEXT:
        return False
    if PyUnicode_IS_ASCII(value):
        return mode != ANY_TEXT
    if mode == LATIN1:
        return PyUnicode_KIND(value) == 1
    if mode != UTF8:
        return False
    try:
        raw = PyUnicode_AsUTF8String(value)
    except UnicodeEncodeError:
        return False
    if len(raw) > MAX_TEXT:
        return False
    text.data = <const char*> raw
    text.size = len(raw)
    text.owner = <PyObject*> raw
    Py_INCREF(text.owner)
    return True


cdef bint put_str(Out* out, str value, BindContext context) except -1:
    cdef Text text
    if not encode_plain(value, context.mode, &text):
        return False
    try:
        put_text(out, text.data, text.size)
    finally:
        Py_XDECREF(text.owner)
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


cdef void pack(
    uint8_t* at, bint negative, int exponent, const uint8_t* pairs, int count
) noexcept nogil:
    """Write a head and base-100 digits, complemented if they are negative."""
    cdef int last = count - 1
    cdef int i
    while last >= 0 and pairs[last] == 0:
        last -= 1
    at[0] = 0x80 | (exponent + 64)
    memcpy(at + 1, pairs, count)
    if negative and last >= 0:  # there is no negative zero
        at[0] = (exponent + 64) ^ 0x7F
        at[1 + last] = 100 - pairs[last]
        for i in range(last):
            at[1 + i] = 99 - pairs[i]


cdef int put_packed(
    Out* out, int code, int precision,
    bint negative, int exponent, const uint8_t* pairs, int count,
) except -1:
    """Write an entry of base-100 digits."""
    cdef int size = count + 1
    cdef uint8_t* at = put_head(out, code, precision, 2 + size + (size & 1))
    put16(at, size)
    if size & 1:
        at[2 + size] = 0
    pack(at + 2, negative, exponent, pairs, count)
    return 0


cdef struct Digits:
    bint negative
    int exponent
    int count  # of digits without zeros in front
    int zeros  # of those, how many are zeros at the end
    uint8_t[MAX_DECIMAL_STR + 3] digit  # from 1 on; with room for a zero at either end


cdef bint take_digits(object value, Digits* taken) except -1:
    """Take an int or Decimal apart; False if it is too long, or no number.

    By its text, which has all the digits and the exponent.
    """
    cdef str text = str(value)
    cdef Py_ssize_t length = PyUnicode_GET_LENGTH(text)
    cdef const char* at = <const char*> PyUnicode_DATA(<PyObject*> text)
    cdef const char* end = at + length
    cdef int power = 0
    cdef bint negative_power, in_fraction = False
    if length > MAX_DECIMAL_STR or not PyUnicode_IS_ASCII(text):
        return False
    taken.exponent = taken.count = taken.zeros = 0
    taken.negative = at[0] == c"-"
    at += taken.negative
    while at < end and (c"0" <= at[0] <= c"9" or at[0] == c"."):
        if at[0] == c".":
            in_fraction = True
        else:
            taken.exponent -= in_fraction
            if taken.count or at[0] != c"0":
                taken.count += 1
                taken.digit[taken.count] = at[0] - c"0"
                taken.zeros = 0 if at[0] != c"0" else taken.zeros + 1
        at += 1
    if at == end:
        return True
    if at[0] != c"E" and at[0] != c"e":
        return False  # a NaN or an infinity
    negative_power = at[1] == c"-"
    at += 2
    while at < end:
        if power > 10000:
            return False
        power = power * 10 + at[0] - c"0"
        at += 1
    taken.exponent += -power if negative_power else power
    return True


cdef int pair_digits(Digits* taken, uint8_t* pairs) noexcept nogil:
    """Turn at most 32 digits into pairs, the exponent into base 100; return how many.

    -1 if the exponent is out of range.
    """
    cdef int start = 1
    cdef int i
    if taken.exponent & 1:
        taken.count += 1
        taken.digit[taken.count] = 0
        taken.exponent -= 1
    if taken.count & 1:
        start = 0
        taken.digit[0] = 0
        taken.count += 1
    taken.exponent = (taken.count + taken.exponent) // 2
    # A negative number of the highest exponent may look like NULL.
    if not -64 <= taken.exponent <= (62 if taken.negative else 63):
        return -1
    for i in range(taken.count // 2):
        pairs[i] = 10 * taken.digit[start + 2 * i] + taken.digit[start + 2 * i + 1]
    return taken.count // 2


cdef bint put_decimal(Out* out, value) except -1:
    cdef Digits taken
    cdef uint8_t[MAX_PAIRS] pairs
    cdef int scale, count
    if not take_digits(value, &taken) or taken.count - taken.zeros > MAX_DIGITS:
        return False
    scale = min(max(0, -taken.exponent), MAX_DIGITS)
    if not taken.count:
        pairs[0] = 0
        put_packed(out, CODE_DECIMAL, scale, False, -64, pairs, 1)
        return True
    if taken.count > MAX_DIGITS:
        taken.exponent += taken.zeros
        taken.count -= taken.zeros
    count = pair_digits(&taken, pairs)
    if count < 0:
        return False
    put_packed(
        out, CODE_DECIMAL, scale, taken.negative, taken.exponent, pairs, count
    )
    return True


cdef inline int days_of(value) noexcept:
    """Return the day number of a date: 0 is 1899-12-31."""
    cdef int year = PyDateTime_GET_YEAR(value)
    cdef int month = PyDateTime_GET_MONTH(value)
    if month <= 2:  # count from March, so that the leap day comes last
        year -= 1
        month += 12
    return (
        365 * year + year // 4 - year // 100 + year // 400
        + (153 * (month - 3) + 2) // 5 + PyDateTime_GET_DAY(value) - 306
        - DATE_EPOCH
    )


cdef int put_date(Out* out, value) except -1:
    put32(put_head(out, CODE_DATE, 0, 4), <uint32_t> days_of(value))
    return 0


cdef void put_fraction(uint8_t* pairs, int microsecond, int digits) noexcept nogil:
    """Fill in the pairs of so many digits of a fraction; the others are dropped."""
    cdef int i
    for i in range((digits + 1) // 2):
        pairs[i] = microsecond // 10000
        microsecond = microsecond % 10000 * 100
    if digits & 1:
        pairs[digits // 2] -= pairs[digits // 2] % 10


cdef bint take_time(value, int digits, uint8_t* pairs) noexcept:
    """Take a time apart, its fraction to so many digits; False if it has a zone."""
    pairs[0] = PyDateTime_TIME_GET_HOUR(value)
    pairs[1] = PyDateTime_TIME_GET_MINUTE(value)
    pairs[2] = PyDateTime_TIME_GET_SECOND(value)
    put_fraction(pairs + 3, PyDateTime_TIME_GET_MICROSECOND(value), digits)
    return PyDateTime_TIME_GET_TZINFO(value) is Py_None


cdef bint take_time_of_day(value, int digits, uint8_t* pairs) noexcept:
    """Take the time of a datetime apart, as `take_time` does."""
    pairs[0] = PyDateTime_DATE_GET_HOUR(value)
    pairs[1] = PyDateTime_DATE_GET_MINUTE(value)
    pairs[2] = PyDateTime_DATE_GET_SECOND(value)
    put_fraction(pairs + 3, PyDateTime_DATE_GET_MICROSECOND(value), digits)
    return PyDateTime_DATE_GET_TZINFO(value) is Py_None


cdef bint put_datetime(Out* out, value) except -1:
    cdef uint8_t[10] pairs
    cdef int year = PyDateTime_GET_YEAR(value)
    pairs[0] = year // 100
    pairs[1] = year % 100
    pairs[2] = PyDateTime_GET_MONTH(value)
    pairs[3] = PyDateTime_GET_DAY(value)
    if not take_time_of_day(value, FRACTION, pairs + 4):
        return False
    put_packed(out, CODE_DATETIME, YEAR_TO_FRACTION5, False, 7, pairs, 10)
    return True


cdef bint put_time(Out* out, value) except -1:
    cdef uint8_t[6] pairs
    if not take_time(value, FRACTION, pairs):
        return False
    if pairs[3] or pairs[4] or pairs[5]:
        put_packed(out, CODE_DATETIME, HOUR_TO_FRACTION5, False, 3, pairs, 6)
    else:
        put_packed(out, CODE_DATETIME, HOUR_TO_SECOND, False, 3, pairs, 3)
    return True


cdef struct Span:
    bint negative
    int days
    int seconds
    int microseconds


cdef void take_span(value, Span* span) noexcept:
    """Take a timedelta apart, of which only the days carry the sign."""
    span.days = PyDateTime_DELTA_GET_DAYS(value)
    span.seconds = PyDateTime_DELTA_GET_SECONDS(value)
    span.microseconds = PyDateTime_DELTA_GET_MICROSECONDS(value)
    span.negative = span.days < 0
    if span.negative:
        span.days = -span.days
        if span.microseconds:
            span.microseconds = 1000000 - span.microseconds
            span.seconds += 1
        if span.seconds:
            span.seconds = 86400 - span.seconds
            span.days -= 1


cdef int put_timedelta(Out* out, value) except -1:
    cdef uint8_t[11] pairs
    cdef Span span
    cdef int i
    take_span(value, &span)
    for i in range(4, -1, -1):
        pairs[i] = span.days % 100
        span.days //= 100
    pairs[5] = span.seconds // 3600
    pairs[6] = span.seconds // 60 % 60
    pairs[7] = span.seconds % 60
    put_fraction(pairs + 8, span.microseconds, FRACTION)
    put_packed(out, CODE_INTERVAL, DAY9_TO_FRACTION5, span.negative, 8, pairs, 11)
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
    open_out(&out)
    try:
        put16(room(&out, 2), count)
        for i in range(count):
            value = items[i]
            if not put_regular(&out, value, context):
                entry = <bytes?> _encode_entry(value, context, i + 1)
                put_bytes(&out, <const char*> entry, len(entry))
        return take_out(&out)
    finally:
        close_out(&out)
