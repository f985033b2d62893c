print("beside the service")
