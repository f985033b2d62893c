"""Has a module with the name of one in the standard library."""
