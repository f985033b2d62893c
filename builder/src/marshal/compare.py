# Run by the tests: reads lines "pyc TAB rewritten TAB fresh"; compares the code in the first two, and
# compiles the source of the first afresh into the third.
import importlib.util, marshal, sys, types

def same(a, b, path):
    assert type(a) is type(b), (path, a, b)
    if isinstance(a, types.CodeType):
        for name in ("co_name", "co_firstlineno", "co_flags", "co_argcount", "co_posonlyargcount",
                     "co_kwonlyargcount", "co_stacksize", "co_code", "co_names", "co_varnames", "co_freevars",
                     "co_cellvars", "co_lnotab" if sys.version_info < (3, 10) else "co_linetable",
                     "co_exceptiontable", "co_qualname"):
            assert getattr(a, name, None) == getattr(b, name, None), (path, name)
        assert b.co_filename == "x/y.py", (path, b.co_filename)
        assert a.replace(co_filename="x/y.py", co_consts=()) == b.replace(co_consts=()), path
        assert len(a.co_consts) == len(b.co_consts), path
        for x, y in zip(a.co_consts, b.co_consts):
            same(x, y, path)
    elif isinstance(a, tuple):
        assert len(a) == len(b), path
        for x, y in zip(a, b):
            same(x, y, path)
    elif isinstance(a, frozenset):
        assert a == b and {type(x) for x in a} == {type(x) for x in b}, (path, a, b)
    else:
        assert repr(a) == repr(b), (path, a, b)

for line in sys.stdin:
    pyc, rewritten, fresh = line.rstrip("\n").split("\t")
    with open(pyc, "rb") as f:
        original = marshal.loads(f.read()[16:])
    with open(rewritten, "rb") as f:
        same(original, marshal.loads(f.read()), pyc)
    try:
        source = importlib.util.source_from_cache(pyc)
        with open(source, "rb") as f:
            text = f.read()
        code = compile(text, "/elsewhere/%s" % source, "exec", dont_inherit=True, optimize=0)
    except (OSError, ValueError):
        continue
    with open(fresh, "wb") as f:
        marshal.dump(code, f)
