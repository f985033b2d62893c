#include <Python.h>

int own(void);

static PyObject *answer(PyObject *self, PyObject *args) {
    return PyLong_FromLong(own());
}

static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "native", NULL, -1, methods};

PyMODINIT_FUNC PyInit_native(void) {
    return PyModule_Create(&module);
}
