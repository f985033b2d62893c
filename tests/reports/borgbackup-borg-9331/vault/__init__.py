NAME = "vault"
