print("the second")
