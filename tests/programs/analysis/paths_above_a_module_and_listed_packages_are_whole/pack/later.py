import pack.plugins as plugins
