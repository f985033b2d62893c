"""Calls the parts of scipy that carry native code of their own."""

import numpy as np
import scipy.cluster.hierarchy
import scipy.fft
import scipy.integrate
import scipy.interpolate
import scipy.io
import scipy.linalg
import scipy.ndimage
import scipy.optimize
import scipy.signal
import scipy.sparse
import scipy.sparse.csgraph
import scipy.sparse.linalg
import scipy.spatial
import scipy.special
import scipy.stats


def main():
    assert abs(scipy.integrate.quad(np.sin, 0, np.pi)[0] - 2) < 1e-9
    solution = scipy.integrate.solve_ivp(lambda t, y: -y, (0, 1), [1.0], rtol=1e-8)
    assert abs(solution.y[0, -1] - np.exp(-1)) < 1e-5
    assert abs(scipy.optimize.minimize(lambda x: (x[0] - 3) ** 2, [0.0]).x[0] - 3) < 1e-4
    assert scipy.optimize.linprog([1], bounds=[(2, 5)]).x[0] == 2
    assert np.allclose(scipy.linalg.expm(np.zeros((2, 2))), np.eye(2))
    matrix = scipy.sparse.csr_matrix(np.diag([1.0, 2.0, 3.0]))
    assert np.allclose(scipy.sparse.linalg.spsolve(matrix.tocsc(), np.array([1.0, 2.0, 3.0])), 1)
    assert scipy.sparse.csgraph.connected_components(matrix)[0] == 3
    tree = scipy.spatial.cKDTree([[0, 0], [1, 1]])
    assert tree.query([0.9, 0.9])[1] == 1
    assert scipy.spatial.ConvexHull([[0, 0], [1, 0], [0, 1], [0.1, 0.1]]).vertices.size == 3
    assert abs(scipy.stats.norm.cdf(1.96) - 0.975) < 1e-3
    assert scipy.special.comb(5, 2) == 10
    assert scipy.ndimage.gaussian_filter(np.eye(5), 1).shape == (5, 5)
    assert scipy.signal.butter(2, 0.5)[0].size == 3
    assert np.allclose(scipy.fft.irfft(scipy.fft.rfft([1.0, 2.0, 3.0, 4.0])), [1, 2, 3, 4])
    assert float(scipy.interpolate.CubicSpline([0, 1, 2], [0, 1, 4])(1.5)) > 2
    assert scipy.cluster.hierarchy.linkage([[0.0], [1.0], [5.0]]).shape == (2, 4)
    print("scipy ok")


if __name__ == "__main__":
    main()
