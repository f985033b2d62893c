# /// script
# requires-python = ">=3.10"
# dependencies = ["llvmlite"]
# ///
"""Compiles a function to machine code and calls it."""

import ctypes

import llvmlite.binding as llvm
from llvmlite import ir

llvm.initialize_native_target()
llvm.initialize_native_asmprinter()
module = ir.Module("m")
integer = ir.IntType(64)
function = ir.Function(module, ir.FunctionType(integer, [integer, integer]), "add")
builder = ir.IRBuilder(function.append_basic_block())
builder.ret(builder.add(*function.args))
parsed = llvm.parse_assembly(str(module))
parsed.verify()
machine = llvm.Target.from_default_triple().create_target_machine()
engine = llvm.create_mcjit_compiler(parsed, machine)
engine.finalize_object()
add = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)(engine.get_function_address("add"))
assert add(40, 2) == 42 and "ret i64" in str(parsed)
print("ok")
