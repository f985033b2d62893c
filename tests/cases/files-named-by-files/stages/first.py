def run(): return "first stage"
