# The parts of the C API that hand out references by hand. Cython's own declarations
# would turn each of these pointers into a counted object and each NULL into a raised
# exception; here NULL first means "leave it to the twin".

from cpython.datetime cimport import_datetime
from cpython.object cimport PyObject


cdef extern from "Python.h":
    PyObject* Py_None
    PyObject* Py_True
    PyObject* Py_False
    void Py_INCREF(PyObject*)
    void Py_DECREF(PyObject*)
    void Py_XDECREF(PyObject*)
    PyObject* PyErr_Occurred()
    int PyErr_ExceptionMatches(PyObject*)
    void PyErr_Clear()
    PyObject* PyExc_Exception

    PyObject* PyLong_FromLong(long)
    PyObject* PyLong_FromLongLong(long long)
    PyObject* PyLong_FromUnsignedLongLong(unsigned long long)
    long long PyLong_AsLongLongAndOverflow(object, int*) except? -1
    PyObject* PyNumber_Negative(PyObject*)
    PyObject* PyFloat_FromDouble(double)
    PyObject* PyUnicode_New(Py_ssize_t, Py_UCS4)
    void* PyUnicode_DATA(PyObject*)
    bint PyUnicode_IS_ASCII(object)
    int PyUnicode_KIND(object)
    Py_ssize_t PyUnicode_GET_LENGTH(object)
    bytes PyUnicode_AsUTF8String(object)
    PyObject* PyUnicode_DecodeLatin1(const char*, Py_ssize_t, const char*)
    PyObject* PyUnicode_DecodeUTF8(const char*, Py_ssize_t, const char*)
    PyObject* PyUnicode_Decode(const char*, Py_ssize_t, const char*, const char*)
    PyObject* PyObject_CallOneArg(PyObject*, PyObject*)
    PyObject* PyObject_CallFunction(PyObject*, const char*, ...)
    Py_ssize_t PyLong_AsSsize_t(PyObject*)
    bint PyTuple_Check(PyObject*)
    Py_ssize_t PyTuple_GET_SIZE(PyObject*)
    PyObject* PyTuple_New(Py_ssize_t)
    PyObject* PyTuple_GET_ITEM(PyObject*, Py_ssize_t)
    void PyTuple_SET_ITEM(PyObject*, Py_ssize_t, PyObject*)
    int PyList_Append(object, object) except -1
    void PyObject_GC_UnTrack(void*)


cdef extern from "datetime.h":
    PyObject* PyDate_FromDate(int, int, int)
    PyObject* PyTime_FromTime(int, int, int, int)
    PyObject* PyDateTime_FromDateAndTime(int, int, int, int, int, int, int)
    PyObject* PyDelta_FromDSU(int, int, int)
    bint PyDate_CheckExact(object)
    bint PyTime_CheckExact(object)
    bint PyDateTime_CheckExact(object)
    bint PyDelta_CheckExact(object)
    int PyDateTime_GET_YEAR(object)
    int PyDateTime_GET_MONTH(object)
    int PyDateTime_GET_DAY(object)
    int PyDateTime_DATE_GET_HOUR(object)
    int PyDateTime_DATE_GET_MINUTE(object)
    int PyDateTime_DATE_GET_SECOND(object)
    int PyDateTime_DATE_GET_MICROSECOND(object)
    PyObject* PyDateTime_DATE_GET_TZINFO(object)
    int PyDateTime_TIME_GET_HOUR(object)
    int PyDateTime_TIME_GET_MINUTE(object)
    int PyDateTime_TIME_GET_SECOND(object)
    int PyDateTime_TIME_GET_MICROSECOND(object)
    PyObject* PyDateTime_TIME_GET_TZINFO(object)
    int PyDateTime_DELTA_GET_DAYS(object)
    int PyDateTime_DELTA_GET_SECONDS(object)
    int PyDateTime_DELTA_GET_MICROSECONDS(object)
