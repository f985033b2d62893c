import later
