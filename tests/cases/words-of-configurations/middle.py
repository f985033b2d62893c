STEP = "middle"
