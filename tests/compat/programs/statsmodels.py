# /// script
# requires-python = ">=3.10"
# dependencies = ["statsmodels"]
# ///
"""Fits models to bundled and made data."""

import numpy as np
import statsmodels.api as sm
import statsmodels.formula.api as smf
from statsmodels.tsa.arima.model import ARIMA
from statsmodels.tsa.holtwinters import ExponentialSmoothing
from statsmodels.tsa.stattools import adfuller

x = np.arange(50.0)
noise = np.random.default_rng(0).normal(size=50)
fit = sm.OLS(3 * x + 1 + noise, sm.add_constant(x)).fit()
assert abs(fit.params[1] - 3) < 0.05 and "R-squared" in str(fit.summary())
data = sm.datasets.longley.load_pandas().data
assert data.shape == (16, 7)
assert smf.ols("TOTEMP ~ GNP + np.log(POP)", data).fit().rsquared > 0.9
assert sm.GLM(np.array([0, 0, 1, 1, 0, 1]), sm.add_constant(np.arange(6.0)), sm.families.Binomial()).fit().converged
assert ARIMA(np.cumsum(noise), order=(1, 1, 0)).fit().nobs == 50
assert adfuller(noise)[1] < 0.05 and ExponentialSmoothing(x + 1, trend="add").fit().forecast(1)[0] > 50
print("ok")
