"""Uses a package that brings another one in a folder of its own."""

import client

print(client.ask("name"))
