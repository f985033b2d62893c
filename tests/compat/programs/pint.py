# /// script
# requires-python = ">=3.10"
# dependencies = ["pint", "uncertainties"]
# ///
"""Computes with units of the bundled definitions."""

import pint

units = pint.UnitRegistry()
assert (3 * units.mile).to("km").magnitude - 4.828 < 0.001 and str(
    (5 * units.newton * units.meter).to("joule").units
) == "joule"
assert units("36 km/h").to("m/s").magnitude == 10 and units.Quantity(20, "degC").to("degF").magnitude.__round__() == 68
try:
    units("1 m") + units("1 s")
except pint.DimensionalityError:
    pass
else:
    raise AssertionError("added")
assert f"{units('5 kg'):~P}" == "5 kg" and units("10 nm").to("1/cm", "spectroscopy").magnitude.__round__() == 1_000_000
assert (units.Measurement(1, 0.1, "m") * 2).error.magnitude == 0.2
print("ok")
