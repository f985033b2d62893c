# /// script
# requires-python = ">=3.10"
# dependencies = ["xgboost", "scikit-learn"]
# ///
"""Trains, stores and reads a model."""

import tempfile
from pathlib import Path

import numpy as np
import xgboost as xgb

rng = np.random.default_rng(0)
x = rng.random((300, 3))
y = x[:, 0] * 2 + x[:, 1]
model = xgb.XGBRegressor(n_estimators=30).fit(x, y)
assert model.score(x, y) > 0.95
with tempfile.TemporaryDirectory() as folder:
    model.save_model(Path(folder) / "m.json")
    again = xgb.XGBRegressor()
    again.load_model(Path(folder) / "m.json")
    assert np.allclose(again.predict(x), model.predict(x))
print("ok")
