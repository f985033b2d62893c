NAME = "in memory"
