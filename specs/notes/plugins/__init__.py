"""Ways to say something, chosen at run time."""
