# /// script
# requires-python = ">=3.10"
# dependencies = ["sympy"]
# ///
"""Computes symbolically, prints, and turns expressions into functions."""

import sympy as sp
from sympy.parsing.latex import __name__ as latex_name
from sympy.parsing.sympy_parser import parse_expr
from sympy.physics import mechanics, units

x, y = sp.symbols("x y")
assert sp.integrate(sp.sin(x) ** 2, (x, 0, sp.pi)) == sp.pi / 2 and sp.diff(x**3, x) == 3 * x**2
assert sp.solve(x**2 - 4, x) == [-2, 2] and sp.limit(sp.sin(x) / x, x, 0) == 1
assert sp.latex(sp.sqrt(x)) == r"\sqrt{x}" and sp.pretty(x**2).count("2") == 1
assert sp.lambdify((x, y), x * y + 1, "math")(3, 4) == 13
assert sp.dsolve(sp.Function("f")(x).diff(x) - 1).rhs.has(x) and sp.factorint(360) == {2: 3, 3: 2, 5: 1}
assert parse_expr("2*x + y").subs({x: 1, y: 3}) == 5 and sp.Matrix([[1, 2], [3, 4]]).det() == -2
assert sp.ccode(x**2) == "pow(x, 2)" and str(sp.N(sp.pi, 30)) == "3.14159265358979323846264338328"
assert units.convert_to(units.km, units.m) == 1000 * units.m and mechanics.ReferenceFrame("N").x
assert latex_name == "sympy.parsing.latex" and sp.series(sp.exp(x), x, 0, 3).coeff(x, 2) == sp.Rational(1, 2)
print("ok")
