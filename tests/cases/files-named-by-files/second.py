def run(): return "second stage"
