# /// script
# requires-python = ">=3.10"
# dependencies = ["mne"]
# ///
"""Filters and splits simulated recordings; its packages are loaded lazily from stubs."""

import os
import tempfile

home = tempfile.mkdtemp()
os.environ["MNE_HOME"] = os.environ["_MNE_FAKE_HOME_DIR"] = home
import mne
import numpy as np

mne.set_log_level("ERROR")
info = mne.create_info(["Fz", "Cz", "Pz", "STI"], 200.0, ["eeg", "eeg", "eeg", "stim"])
rng = np.random.default_rng(0)
data = rng.normal(size=(4, 4000)) * 1e-6
data[3] = 0
data[3, 400::800] = 1
raw = mne.io.RawArray(data, info)
raw.set_montage("standard_1020")
raw.filter(1, 40)
events = mne.find_events(raw)
assert len(events) == 5
epochs = mne.Epochs(raw, events, tmin=-0.2, tmax=0.5, preload=True)
assert epochs.average().data.shape == (3, 141)
spectrum = epochs.compute_psd(fmax=50)
assert spectrum.get_data().shape[1] == 3
path = os.path.join(home, "a_raw.fif")
raw.save(path)
assert len(mne.io.read_raw_fif(path).ch_names) == 4
assert len(mne.channels.get_builtin_montages()) > 20
assert mne.channels.make_standard_montage("biosemi64")
assert mne.channels.read_layout("Vectorview-all").names and mne.make_sphere_model
assert mne.time_frequency.tfr_array_morlet(data[None, :3, :500], 200, [10.0], output="power").shape == (1, 3, 1, 500)
print("ok")
