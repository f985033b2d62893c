STEP = "closing"
