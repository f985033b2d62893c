TITLE = "sew it"
