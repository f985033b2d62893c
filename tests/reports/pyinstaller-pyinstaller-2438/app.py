"""Uses a package that imports each file of its folder."""

import steps

print(sorted(steps.found))
