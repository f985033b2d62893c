STEP = "opening"
