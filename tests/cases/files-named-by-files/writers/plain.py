class Writer:
    def write(self): return "plain"
