TITLE = "cut it"
