deleted = 0
class Cycle:
    def __init__(self):
        self.me = self
    def __del__(self):
        global deleted
        deleted += 1
def make(n):
    for _ in range(n):
        Cycle()
    return deleted
