NAME = "Vera"
