# /// script
# requires-python = ">=3.10"
# dependencies = ["scipy"]
# [tool.freeze-compat]
# rules = ["numpy.toml", "scipy.toml"]
# ///
"""Computes with most of its subpackages."""

import io

import numpy as np
from scipy import (
    constants,
    fft,
    integrate,
    interpolate,
    linalg,
    ndimage,
    optimize,
    signal,
    sparse,
    spatial,
    special,
    stats,
)
from scipy.cluster.vq import kmeans
from scipy.datasets import __all__ as names
from scipy.io import loadmat, savemat, wavfile
from scipy.sparse.csgraph import shortest_path
from scipy.sparse.linalg import spsolve

assert abs(optimize.minimize(lambda v: (v[0] - 3) ** 2, [0]).x[0] - 3) < 1e-4
assert optimize.linprog([-1], [[1]], [4], method="highs").x[0] == 4
assert abs(integrate.quad(np.sin, 0, np.pi)[0] - 2) < 1e-9
assert abs(integrate.solve_ivp(lambda t, y: -y, (0, 1), [1], rtol=1e-8).y[0, -1] - np.exp(-1)) < 1e-6
assert np.allclose(linalg.inv([[2, 0], [0, 4]]), [[0.5, 0], [0, 0.25]]) and np.allclose(
    linalg.expm(np.zeros((2, 2))), np.eye(2)
)
assert np.allclose(fft.ifft(fft.fft([1, 2, 3])), [1, 2, 3]) and abs(special.gamma(5) - 24) < 1e-9
assert interpolate.CubicSpline([0, 1, 2], [0, 1, 4])(1.5) > 2 and ndimage.gaussian_filter(np.eye(5), 1).shape == (5, 5)
assert np.allclose(spsolve(sparse.csc_array(np.diag([2.0, 4.0])), [2, 4]), [1, 1])
assert abs(stats.norm.cdf(1.96) - 0.975) < 1e-4 and stats.ttest_ind([1, 2, 3], [7, 8, 9]).pvalue < 0.01
assert (
    spatial.KDTree([[0, 0], [1, 1]]).query([0.9, 0.9])[1] == 1
    and spatial.ConvexHull(np.random.default_rng(0).random((9, 2))).area > 0
)
assert len(signal.butter(3, 0.2)[0]) == 4 and kmeans(np.array([[1.0], [1.1], [9.0]]), 2)[1] < 1
assert shortest_path(np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]]))[0, 2] == 2
assert spatial.transform.Rotation.from_euler("z", 90, degrees=True).apply([1, 0, 0])[1] > 0.99
out = io.BytesIO()
savemat(out, {"a": np.eye(2)})
assert loadmat(io.BytesIO(out.getvalue()))["a"].shape == (2, 2)
out = io.BytesIO()
wavfile.write(out, 8000, np.zeros(10, np.int16))
assert constants.c == 299792458 and "face" in names and stats.qmc.Sobol(2).random(4).shape == (4, 2)
print("ok")
