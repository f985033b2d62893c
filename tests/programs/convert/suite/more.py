print("more", shared.NAME)
