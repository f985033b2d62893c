# /// script
# requires-python = ">=3.10"
# dependencies = ["wasmtime"]
# ///
"""Compiles and runs a module through the bundled library."""

from wasmtime import Engine, Func, FuncType, Instance, Linker, Module, Store, ValType, WasiConfig, wat2wasm

TEXT = """(module (import "" "tell" (func $tell (param i32)))
  (func (export "gcd") (param i32 i32) (result i32)
    (local i32) block loop local.get 1 i32.eqz br_if 1 local.get 1 local.set 2 local.get 0 local.get 1 i32.rem_u
      local.set 1 local.get 2 local.set 0 br 0 end end local.get 0 call $tell local.get 0))"""
seen = []
store = Store(Engine())
module = Module(store.engine, wat2wasm(TEXT))
tell = Func(store, FuncType([ValType.i32()], []), seen.append)
instance = Instance(store, module, [tell])
assert instance.exports(store)["gcd"](store, 48, 18) == 6 and seen == [6]
linker = Linker(store.engine)
linker.define_wasi()
store.set_wasi(WasiConfig())
assert [e.name for e in module.exports] == ["gcd"]
print("ok")
