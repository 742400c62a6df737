# What the columns of an INSERT can hold.

cdef struct Bound:
    Py_ssize_t at
    bint is_text
    int64_t limit


cdef inline bint begins_with_nul(str text):
    """Whether text that is ASCII begins with NUL."""
    cdef const char* data = <const char*> PyUnicode_DATA(<PyObject*> text)
    return PyUnicode_GET_LENGTH(text) != 0 and data[0] == 0


cdef class Limits:
    """The limits of a row's columns; see informix_db._wire.limits.Limits."""

    cdef readonly object twin
    cdef Bound* bounds
    cdef Py_ssize_t count

    def __cinit__(self, columns, str encoding not None):
        cdef Py_ssize_t i = 0
        self.twin = _twin_limits(columns, encoding)
        self.count = len(self.twin.integers) + len(self.twin.texts)
        self.bounds = <Bound*> PyMem_Malloc(max(self.count, 1) * sizeof(Bound))
        if self.bounds is NULL:
            raise MemoryError
        for is_text, limits in enumerate((self.twin.integers, self.twin.texts)):
            for at, limit, _ in limits:
                self.bounds[i].at = at
                self.bounds[i].is_text = is_text
                self.bounds[i].limit = limit
                i += 1

    def __dealloc__(self):
        PyMem_Free(self.bounds)

    def check(self, values):
        """Raise DataError, naming the parameter, if a value is beyond its limit."""
        if not isinstance(values, (tuple, list)) or not self.are_met(tuple(values)):
            self.twin.check(values)

    cdef bint are_met(self, tuple items) except -1:
        """Whether no limit needs a closer look."""
        cdef const Bound* bound = self.bounds
        cdef Py_ssize_t i
        cdef int overflow
        cdef long long number
        for i in range(self.count):
            if bound.at >= len(items):
                return False
            value = items[bound.at]
            if bound.is_text:
                if isinstance(value, str):
                    if (
                        type(value) is not str
                        or not PyUnicode_IS_ASCII(value)
                        or PyUnicode_GET_LENGTH(value) > bound.limit
                        or begins_with_nul(value)
                    ):
                        return False
            elif isinstance(value, int):
                number = PyLong_AsLongLongAndOverflow(value, &overflow)
                if overflow or not -bound.limit <= number <= bound.limit:
                    return False
            bound += 1
        return True
