"""Waits for a file, then uses what it has not loaded yet. A daemon closes all its descriptors, and its locks with them."""

import os, sys, time
if sys.argv[1:]:
    kind, signal = sys.argv[1:]
    if kind == "daemon":
        os.closerange(3, 4096)
    open(signal + ".ready", "w").close()
    while not os.path.exists(signal):
        time.sleep(0.01)
    import _decimal, _elementtree, sqlite3
    assert open(os.path.join(os.path.dirname(__file__), "data.txt")).read() == "NUMBER"
print("version NUMBER")
