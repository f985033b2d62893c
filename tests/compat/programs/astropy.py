# /// script
# requires-python = ">=3.10"
# dependencies = ["astropy", "scipy"]
# ///
"""Converts units and coordinates, writes FITS and tables, asks for leap seconds and models."""

import io
import warnings

import numpy as np
from astropy import constants, units as u
from astropy.coordinates import SkyCoord
from astropy.cosmology import Planck18
from astropy.io import ascii, fits, votable
from astropy.modeling import fitting, models
from astropy.table import QTable, Table
from astropy.time import Time
from astropy.wcs import WCS

warnings.simplefilter("ignore")
assert abs((1 * u.pc).to_value(u.lyr) - 3.26) < 0.01 and constants.c.to_value("km/s") > 299_000
galactic = SkyCoord("05h35m17s", "-05d23m28s").galactic
assert abs(galactic.l.deg - 209.0) < 0.1, galactic
assert abs(Time("2020-01-01").jd - 2458849.5) < 1e-6 and Time("2017-01-01").tai.datetime.second == 37
assert abs(Time("2015-06-30 12:00").sidereal_time("apparent", "greenwich").hour - 6.57) < 0.1
assert 13.5 < Planck18.age(0).to_value("Gyr") < 14
file = io.BytesIO()
fits.HDUList([fits.PrimaryHDU(np.arange(6.0).reshape(2, 3)), fits.CompImageHDU(np.ones((8, 8), "i2"))]).writeto(file)
with fits.open(io.BytesIO(file.getvalue())) as hdus:
    assert hdus[0].data.sum() == 15 and hdus[1].data.sum() == 64
table = Table({"a": [1, 2], "b": [0.5, 1.5]})
text = io.StringIO()
table.write(text, format="ascii.ecsv")
assert Table.read(text.getvalue(), format="ascii.ecsv")["b"][1] == 1.5
document = io.BytesIO()
votable.from_table(table).to_xml(document)
assert votable.parse_single_table(io.BytesIO(document.getvalue())).array["a"][1] == 2
assert len(ascii.read("x,y\n1,2\n3,4\n")) == 2 and QTable({"d": [1] * u.m})["d"].unit == u.m
x = np.linspace(-3, 3, 50)
fitted = fitting.LMLSQFitter()(models.Gaussian1D(0.8, 0.2, 0.8), x, np.exp(-(x**2) / 2))
assert abs(fitted.stddev.value - 1) < 1e-3
wcs = WCS(naxis=2)
wcs.wcs.ctype, wcs.wcs.crval, wcs.wcs.cdelt = ["RA---TAN", "DEC--TAN"], [10, 20], [0.1, 0.1]
assert abs(wcs.pixel_to_world(-1, -1).ra.deg - 10) < 1e-6
print("ok")
