# /// script
# requires-python = ">=3.10"
# dependencies = ["cffi", "pyogrio"]
# ///
"""Opens libraries by name and by path, and passes callbacks."""

import glob
import os

import cffi
import pyogrio

ffi = cffi.FFI()
ffi.cdef("size_t strlen(const char *); void qsort(void *, size_t, size_t, int (*)(const void *, const void *));")
libc = ffi.dlopen(None)
assert libc.strlen(b"hello") == 5
values = ffi.new("int[]", [3, 1, 2])


@ffi.callback("int(const void *, const void *)")
def compare(a, b):
    return ffi.cast("int *", a)[0] - ffi.cast("int *", b)[0]


libc.qsort(values, 3, ffi.sizeof("int"), compare)
assert list(values) == [1, 2, 3]
maths = cffi.FFI()
maths.cdef("double cos(double);")
assert maths.dlopen("libm.so.6").cos(0) == 1
gdal = cffi.FFI()
gdal.cdef("const char *GDALVersionInfo(const char *);")
folder = os.path.join(os.path.dirname(pyogrio.__file__), os.pardir, "pyogrio.libs")
(path,) = glob.glob(os.path.join(folder, "libgdal*"))
assert gdal.string(gdal.dlopen(path).GDALVersionInfo(b"VERSION_NUM")).isdigit()
print("ok")
