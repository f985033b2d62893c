from lib.store.db import run
run()
