# Cells: bytes to one value. A decoder returns a new reference, or NULL to leave the
# row to the twin; an exception may then be set and is the row decoder's to judge.

import codecs
import decimal

import_datetime()

# The twin's numbers (codecs.Kind), and ALIEN for steps this file does not know.
cdef enum Kind:
    ALIEN = 0
    SMALLINT = 1
    INT = 2
    BIGINT = 3
    INT8 = 4
    FLOAT = 5
    SMALLFLOAT = 6
    DECIMAL = 7
    DATE = 8
    DATETIME_DATE = 9
    DATETIME_TIME = 10
    DATETIME_FULL = 11
    INTERVAL_DAY = 12
    INTERVAL_YM = 13
    CHAR = 14
    VARCHAR = 15
    VARCHAR_PADDED = 16
    LVARCHAR = 17
    BOOLEAN = 18

cdef enum TextMode:
    LATIN1
    UTF8
    ASCII_BASED  # bytes below 128 are ASCII wherever they stand
    ANY_TEXT

cdef enum:
    FLOATING_SCALE = 255
    SECOND = 10  # qualifier code; FRACTION(n) is 10 + n
    MAX_PAIRS = 17  # base-100 digits of DECIMAL(32, odd scale), the widest
    MAX_LEADING = 9
    MISSING_YEAR = 2000
    MAX_ORDINAL = 3652059  # of 9999-12-31
    DATE_EPOCH = 693595  # ordinal of 1899-12-31, day 0
    # a sign, 34 digits, and the zeros between them and a scale of up to 254
    DECIMAL_TEXT = 512

cdef struct Step:
    int kind
    Py_ssize_t width  # 0 if variable
    int scale  # DECIMAL
    # DATETIME and INTERVAL: the qualifier taken apart
    int first
    int last
    int fraction  # digits
    int leading  # base-100 digits of the first field
    bint odd  # whether the first field skips the first decimal digit
    int exponent

cdef struct Number:
    bint negative
    int exponent
    int count
    bint is_zero
    uint8_t pairs[MAX_PAIRS]

cdef struct Fields:
    bint negative
    int64_t field[6]  # YEAR ... SECOND
    int microseconds

# Exact: no coefficient here has more digits than this context keeps, no exponent is
# near its limits. A method of a context of its own spares looking up the thread's.
cdef object _decimal = decimal.Context(
    prec=DECIMAL_TEXT, rounding=decimal.ROUND_HALF_EVEN, traps=[]
).create_decimal


cdef inline PyObject* none() noexcept:
    Py_INCREF(Py_None)
    return Py_None


cdef inline uint16_t big16(const uint8_t* p) noexcept nogil:
    return <uint16_t> (p[0] << 8 | p[1])


cdef inline uint32_t big32(const uint8_t* p) noexcept nogil:
    return (
        <uint32_t> p[0] << 24
        | <uint32_t> p[1] << 16
        | <uint32_t> p[2] << 8
        | <uint32_t> p[3]
    )


cdef inline uint64_t big64(const uint8_t* p) noexcept nogil:
    return <uint64_t> big32(p) << 32 | big32(p + 4)


# -- numbers --------------------------------------------------------------------------


cdef inline PyObject* smallint_cell(const uint8_t* p) noexcept:
    cdef int value = <int> big16(p)
    if value == 0x8000:
        return none()
    return PyLong_FromLong(value - 0x10000 if value & 0x8000 else value)


cdef inline PyObject* int_cell(const uint8_t* p) noexcept:
    cdef uint32_t raw = big32(p)
    if raw == 0x80000000U:
        return none()
    return PyLong_FromLong(<int32_t> raw)


cdef inline PyObject* bigint_cell(const uint8_t* p) noexcept:
    cdef uint64_t raw = big64(p)
    if raw == 0x8000000000000000ULL:
        return none()
    return PyLong_FromLongLong(<int64_t> raw)


cdef PyObject* int8_cell(const uint8_t* p) noexcept:
    cdef uint16_t sign = big16(p)
    cdef uint64_t magnitude = <uint64_t> big32(p + 6) << 32 | big32(p + 2)
    cdef PyObject* positive
    cdef PyObject* negative
    if sign == 0:
        return none()
    if sign == 1:
        return PyLong_FromUnsignedLongLong(magnitude)
    if sign != 0xFFFF:
        return NULL
    positive = PyLong_FromUnsignedLongLong(magnitude)
    if positive is NULL:
        return NULL
    negative = PyNumber_Negative(positive)
    Py_DECREF(positive)
    return negative


cdef inline PyObject* float_cell(const uint8_t* p) noexcept:
    cdef uint64_t raw = big64(p)
    cdef double value
    if raw == 0xFFFFFFFFFFFFFFFFULL:
        return none()
    memcpy(&value, &raw, 8)
    return PyFloat_FromDouble(value)


cdef inline PyObject* smallfloat_cell(const uint8_t* p) noexcept:
    cdef uint32_t raw = big32(p)
    cdef float value
    if raw == 0xFFFFFFFFU:
        return none()
    memcpy(&value, &raw, 4)
    return PyFloat_FromDouble(value)


cdef int unpack(const uint8_t* p, Py_ssize_t width, Number* number) noexcept nogil:
    """Read a packed decimal: 1, 0 if it is NULL, -1 if a byte is no base-100 digit."""
    cdef int count = <int> width - 1
    cdef int last = -1
    cdef int i
    cdef uint8_t head = p[0]
    if head == 0 and p[1] == 0:
        return 0
    for i in range(count):
        if p[1 + i] > 99:
            return -1
        number.pairs[i] = p[1 + i]
        if p[1 + i]:
            last = i
    number.count = count
    number.is_zero = last < 0
    number.negative = not head & 0x80
    if head & 0x80:
        number.exponent = (head & 0x7F) - 64
        return 1
    number.exponent = (head ^ 0x7F) - 64
    # The hundreds complement of the magnitude.
    if last >= 0:
        number.pairs[last] = 100 - number.pairs[last]
        for i in range(last):
            number.pairs[i] = 99 - number.pairs[i]
    return 1


cdef PyObject* decimal_cell(const uint8_t* p, const Step* step) noexcept:
    cdef Number number
    cdef char digits[2 * MAX_PAIRS]
    cdef int found = unpack(p, step.width, &number)
    cdef int count, exponent, zeros, surplus, i
    if found <= 0:
        return none() if found == 0 else NULL
    if number.is_zero:
        return decimal_of(
            False, digits, 0, 0, 0 if step.scale == FLOATING_SCALE else -step.scale
        )
    count = 2 * number.count
    exponent = 2 * number.exponent - count
    for i in range(number.count):
        digits[2 * i] = c"0" + number.pairs[i] // 10
        digits[2 * i + 1] = c"0" + number.pairs[i] % 10
    zeros = 0
    while digits[count - 1 - zeros] == c"0":
        zeros += 1
    # how many of the zeros at the end to drop; negative, to add
    if step.scale == FLOATING_SCALE:
        surplus = min(zeros, max(-exponent, 0))
    else:
        surplus = -step.scale - exponent
        if surplus > zeros:
            surplus = 0  # the declared scale would change the value
    return decimal_of(
        number.negative,
        digits,
        count - max(surplus, 0),
        max(-surplus, 0),
        exponent + surplus,
    )


cdef PyObject* decimal_of(
    bint negative, const char* digits, int count, int zeros, int exponent
) noexcept:
    """Return the Decimal of `digits` and so many zeros, times 10**exponent.

    Written with a point where that can be: it is read faster than an exponent.
    """
    cdef char text[DECIMAL_TEXT]
    cdef char* at = text
    cdef char* point
    cdef int lead = max(0, 1 - (count + zeros + exponent)) if exponent <= 0 else 0
    cdef PyObject* string
    cdef PyObject* value
    if negative:
        at[0] = c"-"
        at += 1
    memset(at, c"0", lead)
    memcpy(at + lead, digits, count)
    memset(at + lead + count, c"0", zeros)
    at += lead + count + zeros
    if exponent < 0:
        point = at + exponent
        memmove(point + 1, point, -exponent)
        point[0] = c"."
        at += 1
    elif exponent > 0:
        at[0] = c"E"
        at[1] = c"0" + exponent // 100
        at[2] = c"0" + exponent // 10 % 10
        at[3] = c"0" + exponent % 10
        at += 4
    string = PyUnicode_New(at - text, 127)
    if string is NULL:
        return NULL
    memcpy(PyUnicode_DATA(string), text, at - text)
    value = PyObject_CallOneArg(<PyObject*> _decimal, string)
    Py_DECREF(string)
    return value


# -- dates, times, intervals ----------------------------------------------------------


cdef inline PyObject* date_cell(const uint8_t* p) noexcept:
    cdef uint32_t raw = big32(p)
    cdef int64_t ordinal
    cdef uint64_t product
    cdef uint32_t century, year, month, day
    if raw == 0x80000000U:
        return none()
    ordinal = <int64_t> <int32_t> raw + DATE_EPOCH
    if not 1 <= ordinal <= MAX_ORDINAL:
        return NULL
    # Neri and Schneider, "Euclidean affine functions and their application to calendar
    # algorithms" (2022): the constants are theirs, years begin in March.
    day = 4 * <uint32_t> (ordinal + 305) + 3
    century = day // 146097
    day = (day % 146097) | 3
    product = <uint64_t> 2939745 * day
    year = 100 * century + <uint32_t> (product >> 32)
    day = <uint32_t> product // 2939745 // 4
    month = 2141 * day + 197913
    if day >= 306:
        year += 1
        month -= 12 << 16
    return PyDate_FromDate(year, month >> 16, (month & 0xFFFF) // 2141 + 1)


cdef bint take_apart(Step* step, int encoded_length) noexcept:
    """Fill in the qualifier of a DATETIME or INTERVAL; whether it is sound."""
    cdef int total = encoded_length >> 8
    cdef int first = encoded_length >> 4 & 0x0F
    cdef int last = encoded_length & 0x0F
    cdef int whole, leading
    if encoded_length < 0 or encoded_length > 0xFFFF:
        return False
    if first <= SECOND:
        if first & 1 or last < first or (last < SECOND and last & 1):
            return False
        whole = min(last, SECOND) - first
    elif last > SECOND:
        whole = 0
    else:
        return False
    step.first = first
    step.last = last
    step.fraction = max(0, last - SECOND)
    leading = total - whole - step.fraction
    if first <= SECOND:
        if not 1 <= leading <= MAX_LEADING:
            return False
    elif leading != 0:
        return False
    step.odd = leading & 1
    step.leading = (leading + 1) // 2
    step.exponent = (total + SECOND - last + 1) // 2
    # head, and one byte for two digits
    return step.width == 1 + step.leading + whole // 2 + (step.fraction + 1) // 2


cdef int read_fields(const uint8_t* p, const Step* step, Fields* fields) noexcept:
    """Read a DATETIME or INTERVAL: 1, 0 if it is NULL, -1 if it is irregular.

    Fields that the qualifier does not have keep their value.
    """
    cdef Number number
    cdef const uint8_t* pair = number.pairs
    cdef int found = unpack(p, step.width, &number)
    cdef int missing, i, field
    cdef int64_t value
    if found <= 0:
        return found
    missing = step.exponent - number.exponent
    if missing and not number.is_zero:
        # Leading zeros may be left out, which lowers the exponent.
        if not 0 < missing < number.count:
            return -1
        for i in range(number.count - missing, number.count):
            if number.pairs[i]:
                return -1
        memmove(number.pairs + missing, number.pairs, number.count - missing)
        memset(number.pairs, 0, missing)
    fields.negative = number.negative
    if step.leading:
        value = pair[0] % 10 if step.odd else pair[0]
        for i in range(1, step.leading):
            value = value * 100 + pair[i]
        pair += step.leading
        fields.field[step.first // 2] = value
        field = step.first + 2
        while field <= step.last and field <= SECOND:
            fields.field[field // 2] = pair[0]
            pair += 1
            field += 2
    fields.microseconds = 0
    if step.fraction:
        for i in range((step.fraction + 1) // 2):
            fields.microseconds = fields.microseconds * 100 + pair[i]
        if step.fraction & 1:
            fields.microseconds -= fields.microseconds % 10
        for i in range((step.fraction + 1) // 2, 3):
            fields.microseconds *= 100
    return 1


cdef PyObject* datetime_cell(const uint8_t* p, const Step* step) noexcept:
    cdef Fields fields
    cdef int64_t* field = fields.field
    cdef int found
    field[0] = MISSING_YEAR
    field[1] = field[2] = 1
    field[3] = field[4] = field[5] = 0
    found = read_fields(p, step, &fields)
    if found <= 0:
        return none() if found == 0 else NULL
    if fields.negative:
        return NULL
    if step.kind == DATETIME_DATE:
        return PyDate_FromDate(<int> field[0], <int> field[1], <int> field[2])
    if step.kind == DATETIME_TIME:
        return PyTime_FromTime(
            <int> field[3], <int> field[4], <int> field[5], fields.microseconds
        )
    return PyDateTime_FromDateAndTime(
        <int> field[0], <int> field[1], <int> field[2],
        <int> field[3], <int> field[4], <int> field[5], fields.microseconds,
    )


cdef PyObject* interval_cell(const uint8_t* p, const Step* step) noexcept:
    cdef Fields fields
    cdef int64_t days, seconds, months
    cdef int found
    cdef PyObject* count
    cdef PyObject* value
    memset(&fields, 0, sizeof(fields))
    found = read_fields(p, step, &fields)
    if found <= 0:
        return none() if found == 0 else NULL
    if step.kind == INTERVAL_YM:
        months = fields.field[0] * 12 + fields.field[1]
        count = PyLong_FromLongLong(-months if fields.negative else months)
        if count is NULL:
            return NULL
        value = PyObject_CallOneArg(<PyObject*> _interval_ym, count)
        Py_DECREF(count)
        return value
    seconds = fields.field[3] * 3600 + fields.field[4] * 60 + fields.field[5]
    days = fields.field[2] + seconds // 86400
    seconds %= 86400
    if fields.negative:
        return PyDelta_FromDSU(<int> -days, <int> -seconds, -fields.microseconds)
    return PyDelta_FromDSU(<int> days, <int> seconds, fields.microseconds)


# -- text and truth -------------------------------------------------------------------


def _text_mode(str encoding):
    name = codecs.lookup(encoding).name
    if name == "iso8859-1":
        return LATIN1
    if name == "utf-8":
        return UTF8
    # By name, because no experiment tells that a codec keeps no state: one with
    # escape sequences may well pass the test that follows.
    if name.startswith(("ascii", "iso8859", "cp", "koi8", "gb", "euc_", "big5")):
        low = bytes(range(128))
        if low.decode(name) == low.decode("ascii"):
            return ASCII_BASED
    return ANY_TEXT


cdef inline bint is_ascii(const uint8_t* p, Py_ssize_t size) noexcept nogil:
    cdef uint64_t bits = 0
    cdef uint64_t word
    cdef Py_ssize_t i = 0
    while size - i >= 8:
        memcpy(&word, p + i, 8)
        bits |= word
        i += 8
    while i < size:
        bits |= p[i]
        i += 1
    return not bits & 0x8080808080808080ULL


cdef inline PyObject* text_of(const uint8_t* p, Py_ssize_t size, Plan plan) noexcept:
    cdef PyObject* text
    if size > 1 and plan.mode != ANY_TEXT and is_ascii(p, size):
        text = PyUnicode_New(size, 127)
        if text is not NULL:
            memcpy(PyUnicode_DATA(text), p, size)
        return text
    if plan.mode == LATIN1:
        return PyUnicode_DecodeLatin1(<const char*> p, size, NULL)
    if plan.mode == UTF8:
        return PyUnicode_DecodeUTF8(<const char*> p, size, NULL)
    return PyUnicode_Decode(<const char*> p, size, plan.codec, NULL)


cdef inline PyObject* char_cell(const uint8_t* p, Py_ssize_t size, Plan plan) noexcept:
    if p[0] == 0:
        return none()
    while size and p[size - 1] == c" ":
        size -= 1
    return text_of(p, size, plan)


cdef inline PyObject* varchar_cell(const uint8_t* p, Plan plan) noexcept:
    """`p` is at the length byte; the caller has checked that the text is there."""
    if p[0] == 1 and p[1] == 0:
        return none()
    return text_of(p + 1, p[0], plan)


cdef inline PyObject* boolean_cell(const uint8_t* p, Py_ssize_t size) noexcept:
    if size != 1:
        return NULL
    if p[0] == c"t" or p[0] == 1:
        Py_INCREF(Py_True)
        return Py_True
    if p[0] == c"f" or p[0] == 0:
        Py_INCREF(Py_False)
        return Py_False
    return NULL
