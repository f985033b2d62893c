class Tea:
    price = 3
