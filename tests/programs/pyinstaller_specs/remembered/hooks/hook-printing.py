print("hook-printing runs")
