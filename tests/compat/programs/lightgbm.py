# /// script
# requires-python = ">=3.10"
# dependencies = ["lightgbm", "scikit-learn"]
# ///
"""Trains, stores and reads a model."""

import tempfile
from pathlib import Path

import lightgbm as lgb
import numpy as np

rng = np.random.default_rng(0)
x = rng.random((300, 3))
y = (x[:, 0] + x[:, 1] > 1).astype(int)
model = lgb.LGBMClassifier(n_estimators=20, verbose=-1).fit(x, y)
assert model.score(x, y) > 0.9
with tempfile.TemporaryDirectory() as folder:
    path = str(Path(folder) / "m.txt")
    model.booster_.save_model(path)
    assert np.allclose(lgb.Booster(model_file=path).predict(x), model.predict_proba(x)[:, 1])
print("ok")
