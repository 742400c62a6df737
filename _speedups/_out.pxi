# Bytes being written: on the stack as long as they are few.

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


cdef int put_bytes(Out* out, const void* data, Py_ssize_t size) except -1:
    memcpy(room(out, size), data, size)
    return 0


cdef void open_out(Out* out) noexcept nogil:
    out.data = out.fixed
    out.size = 0
    out.capacity = sizeof(out.fixed)


cdef bytes take_out(Out* out):
    """Return what was written, and begin anew."""
    cdef bytes taken = PyBytes_FromStringAndSize(<const char*> out.data, out.size)
    out.size = 0
    return taken


cdef void close_out(Out* out) noexcept:
    if out.data != out.fixed:
        PyMem_Free(out.data)
