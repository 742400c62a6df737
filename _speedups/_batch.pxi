# Rows of executemany that need no second look.


def take_plain_rows(
    rows,
    list window not None,
    Py_ssize_t size,
    Py_ssize_t count,
    Limits limits,
    BindContext context not None,
    Py_ssize_t most_rows,
    Py_ssize_t most_bytes,
    Py_ssize_t overhead,
    nothing,
):
    """Encode rows into the window; see informix_db._wire.encode."""
    cdef tuple items
    cdef Py_ssize_t i
    cdef Out out
    if not 0 < count <= MAX_PARAMETERS:
        return next(rows, nothing), size
    open_out(&out)
    try:
        while len(window) < most_rows and size < most_bytes:
            row = next(rows, nothing)
            if not isinstance(row, (tuple, list)):
                return row, size
            items = tuple(row)
            if len(items) != count or limits is not None and not limits.are_met(items):
                return row, size
            put16(room(&out, 2), count)
            for i in range(count):
                if not put_regular(&out, items[i], context):
                    return row, size
            if size and size + out.size > most_bytes:
                return row, size
            size += out.size + overhead
            window.append(take_out(&out))
        return nothing, size
    finally:
        close_out(&out)
