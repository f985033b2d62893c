NAME = "weather"
