# Row: the base class of informix_db.rows.Row, and making many of them.

cdef extern from "Python.h":
    ctypedef struct PyTypeObject:
        void* tp_new
        void* tp_init
        Py_ssize_t tp_dictoffset
    ctypedef struct PyType_Slot:
        int slot
        void* pfunc
    ctypedef struct PyType_Spec:
        const char* name
        int basicsize
        int itemsize
        unsigned int flags
        PyType_Slot* slots
    int Py_mp_subscript
    unsigned int Py_TPFLAGS_DEFAULT
    unsigned int Py_TPFLAGS_BASETYPE
    PyTypeObject PyTuple_Type
    PyTypeObject PyBaseObject_Type
    object PyType_FromSpecWithBases(PyType_Spec*, object)
    void* PyType_GetSlot(PyTypeObject*, int)
    PyObject* PyType_GenericAlloc(PyTypeObject*, Py_ssize_t) except NULL
    int PyObject_GC_IsTracked(PyObject*)

ctypedef object (*subscript_function)(object, object)

cdef subscript_function tuple_subscript = (
    <subscript_function> PyType_GetSlot(&PyTuple_Type, Py_mp_subscript)
)


cdef object row_subscript(object row, object key):
    cdef dict positions
    if not isinstance(key, str):
        return tuple_subscript(row, key)
    positions = type(row)._positions
    position = positions.get(key)
    if position is None:
        raise _missing_column(type(row)._fields, key)
    return (<tuple> row)[<Py_ssize_t> position]


cdef _row_base():
    """Return class RowBase; Cython itself cannot derive from tuple."""
    cdef PyType_Slot[2] slots
    cdef PyType_Spec spec
    slots[0].slot = Py_mp_subscript
    slots[0].pfunc = <void*> row_subscript
    slots[1].slot = 0
    slots[1].pfunc = NULL
    spec.name = b"informix_db._speedups.RowBase"
    spec.basicsize = 0  # as tuple's
    spec.itemsize = 0
    spec.flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE
    spec.slots = slots
    return PyType_FromSpecWithBases(&spec, (tuple,))


RowBase = _row_base()


def make_rows(type row_class not None, list rows not None):
    """Return `rows` as instances of a subclass of RowBase."""
    cdef PyTypeObject* kind = <PyTypeObject*> row_class
    cdef list made = []
    cdef tuple values
    cdef PyObject* source
    cdef PyObject* row
    cdef PyObject* value
    cdef Py_ssize_t i, count
    if (
        not issubclass(row_class, tuple)
        or kind.tp_new != PyTuple_Type.tp_new
        or kind.tp_init != PyBaseObject_Type.tp_init
    ):
        return [row_class(row_values) for row_values in rows]
    for values in rows:
        source = <PyObject*> values
        count = PyTuple_GET_SIZE(source)
        row = PyType_GenericAlloc(kind, count)
        for i in range(count):
            value = PyTuple_GET_ITEM(source, i)
            Py_INCREF(value)
            PyTuple_SET_ITEM(row, i, value)
        if kind.tp_dictoffset == 0 and not PyObject_GC_IsTracked(source):
            # Values that made their tuple of no interest to the collector.
            PyObject_GC_UnTrack(row)
        made.append(<object> row)
        Py_DECREF(row)
    return made
