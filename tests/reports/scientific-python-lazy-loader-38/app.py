"""Uses a submodule that only a stub file names."""

import shapes

print(shapes.circle.area(2), shapes.side(9))
