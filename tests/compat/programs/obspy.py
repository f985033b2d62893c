# /// script
# requires-python = ">=3.10"
# dependencies = ["obspy"]
# ///
"""Reads and writes seismograms by plugins, filters and models them."""

import io

import numpy as np
from obspy import Stream, Trace, UTCDateTime, read, read_inventory
from obspy.core.event import Catalog, Event, Origin
from obspy.geodetics import gps2dist_azimuth
from obspy.signal.trigger import classic_sta_lta
from obspy.taup import TauPyModel

rng = np.random.default_rng(0)
data = np.round(rng.normal(size=2000) * 1000).astype("i4")
stats = {"network": "XX", "station": "ABC", "channel": "HHZ", "sampling_rate": 50.0, "starttime": UTCDateTime(2020, 1, 1)}
stream = Stream([Trace(data, stats)])
for kind in ("MSEED", "SAC", "PICKLE"):
    file = io.BytesIO()
    (stream if kind != "SAC" else stream[0]).write(file, format=kind)
    again = read(io.BytesIO(file.getvalue()))
    assert again[0].stats.npts == 2000 and np.allclose(again[0].data, data), kind
stream.filter("bandpass", freqmin=1, freqmax=10).detrend("linear").taper(0.05).resample(25)
assert stream[0].stats.npts == 1000 and classic_sta_lta(stream[0].data, 10, 100).max() > 1
arrivals = TauPyModel("iasp91").get_travel_times(source_depth_in_km=10, distance_in_degree=30, phase_list=["P", "S"])
assert [a.name for a in arrivals] == ["P", "S"] and abs(arrivals[0].time - 369) < 3, arrivals
assert round(gps2dist_azimuth(0, 0, 0, 1)[0] / 1000) == 111
catalog = Catalog([Event(origins=[Origin(time=UTCDateTime(0), latitude=1, longitude=2, depth=3)])])
file = io.BytesIO()
catalog.write(file, format="QUAKEML")
from obspy import read_events

assert read_events(io.BytesIO(file.getvalue()))[0].origins[0].longitude == 2
assert len(read()) == 3 and len(read_inventory()) == 2
print("ok")
