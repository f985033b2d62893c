import short
found = short.make(20000) - short.found
