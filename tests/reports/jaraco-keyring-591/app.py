"""Lists the stores for passwords that are found."""

import keyring.backend

found = keyring.backend.get_all_keyring()
print(sorted(type(store).__module__ + "." + type(store).__name__ for store in found))
