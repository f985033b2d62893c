class Counter:
    ROBOT_LIBRARY_SCOPE = "SUITE"

    def __init__(self):
        self.number = 0

    def count(self):
        self.number += 1

    def total(self):
        return self.number
