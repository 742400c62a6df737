# cython: language_level=3, boundscheck=False, wraparound=False
"""The floor: what it costs only to build the Python objects of a result.

A `Recipe` takes rows apart once, into C values; `build` makes the rows again from
those. No bytes are decoded, so no decoder of the same rows can be much cheaper.
"""

import decimal

from cpython.datetime cimport import_datetime
from cpython.mem cimport PyMem_Free, PyMem_Malloc
from cpython.object cimport PyObject
from libc.string cimport memcpy


cdef extern from "Python.h":
    PyObject* Py_None
    void Py_INCREF(PyObject*)
    void Py_DECREF(PyObject*)
    PyObject* PyLong_FromLongLong(long long)
    PyObject* PyFloat_FromDouble(double)
    PyObject* PyUnicode_New(Py_ssize_t, Py_UCS4)
    void* PyUnicode_DATA(PyObject*)
    PyObject* PyObject_CallOneArg(PyObject*, PyObject*)
    PyObject* PyTuple_New(Py_ssize_t)
    void PyTuple_SET_ITEM(PyObject*, Py_ssize_t, PyObject*)
    int PyList_Append(object, PyObject*) except -1
    void PyObject_GC_UnTrack(void*)


cdef extern from "datetime.h":
    PyObject* PyDate_FromDate(int, int, int)
    PyObject* PyDateTime_FromDateAndTime(int, int, int, int, int, int, int)


import_datetime()

cdef enum Kind:
    NONE
    INT
    FLOAT
    TEXT
    DECIMAL
    DATE
    DATETIME

cdef union Value:
    long long number
    double real
    int[7] part
    char[28] text

cdef struct Cell:
    short kind
    short size
    Value value

cdef object _decimal = decimal.Context(prec=512, traps=[]).create_decimal


cdef int _take_apart(Cell* cell, value) except -1:
    kind = type(value).__name__
    if value is None:
        cell.kind = NONE
    elif kind == "int":
        cell.kind = INT
        cell.value.number = value
    elif kind == "float":
        cell.kind = FLOAT
        cell.value.real = value
    elif kind in ("str", "Decimal"):
        cell.kind = TEXT if kind == "str" else DECIMAL
        raw = str(value).encode("ascii")
        if len(raw) > sizeof(cell.value.text):
            raise ValueError(f"{value!r} is too long for the floor")
        cell.size = len(raw)
        memcpy(cell.value.text, <const char*> raw, cell.size)
    elif kind in ("date", "datetime"):
        cell.kind = DATE if kind == "date" else DATETIME
        for i, part in enumerate(value.timetuple()[:6]):
            cell.value.part[i] = part
        cell.value.part[6] = getattr(value, "microsecond", 0)
    else:
        raise TypeError(kind)
    return 0


cdef PyObject* _text(const Cell* cell) except NULL:
    cdef PyObject* text = PyUnicode_New(cell.size, 127)
    if text is not NULL:
        memcpy(PyUnicode_DATA(text), cell.value.text, cell.size)
    return text


cdef PyObject* _build(const Cell* cell) except NULL:
    cdef PyObject* text
    cdef PyObject* value
    cdef const int* part = cell.value.part
    if cell.kind == INT:
        return PyLong_FromLongLong(cell.value.number)
    elif cell.kind == FLOAT:
        return PyFloat_FromDouble(cell.value.real)
    elif cell.kind == TEXT:
        return _text(cell)
    elif cell.kind == DECIMAL:
        text = _text(cell)
        value = PyObject_CallOneArg(<PyObject*> _decimal, text)
        Py_DECREF(text)
        return value
    elif cell.kind == DATE:
        return PyDate_FromDate(part[0], part[1], part[2])
    elif cell.kind == DATETIME:
        return PyDateTime_FromDateAndTime(
            part[0], part[1], part[2], part[3], part[4], part[5], part[6]
        )
    Py_INCREF(Py_None)
    return Py_None


cdef class Recipe:
    """Rows as C values."""

    cdef Cell* cells
    cdef Py_ssize_t columns
    cdef Py_ssize_t rows

    def __cinit__(self, list rows):
        self.rows = len(rows)
        self.columns = len(rows[0])
        self.cells = <Cell*> PyMem_Malloc(
            self.rows * self.columns * sizeof(Cell)
        )
        if self.cells is NULL:
            raise MemoryError
        at = 0
        for row in rows:
            for value in row:
                _take_apart(&self.cells[at], value)
                at += 1

    def __dealloc__(self):
        PyMem_Free(self.cells)

    def build(self, bint untracked):
        """Return the rows; `untracked` keeps them from the garbage collector."""
        cdef list rows = []
        cdef PyObject* row
        cdef const Cell* cell = self.cells
        cdef Py_ssize_t j
        for _ in range(self.rows):
            row = PyTuple_New(self.columns)
            for j in range(self.columns):
                PyTuple_SET_ITEM(row, j, _build(cell))
                cell += 1
            if untracked:
                PyObject_GC_UnTrack(row)
            PyList_Append(rows, row)
            Py_DECREF(row)
        return rows
