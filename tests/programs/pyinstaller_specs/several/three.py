print("three", __name__)
