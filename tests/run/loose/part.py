VALUE = "a namespace"
