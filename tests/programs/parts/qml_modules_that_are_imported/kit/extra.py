raise RuntimeError("nothing imports it")
