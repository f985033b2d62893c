# /// script
# requires-python = ">=3.10"
# dependencies = ["seaborn", "scipy"]
# ///
"""Draws statistical pictures."""

import io

import matplotlib

matplotlib.use("agg")
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import seaborn as sns  # noqa: E402
import seaborn.objects as so  # noqa: E402

sns.set_theme(style="darkgrid", palette="muted")
rng = np.random.default_rng(0)
data = pd.DataFrame({"x": rng.normal(size=60), "y": rng.normal(size=60), "k": ["a", "b"] * 30})
for plot in (
    sns.scatterplot(data=data, x="x", y="y", hue="k"),
    sns.boxplot(data=data, x="k", y="y"),
    sns.histplot(data=data, x="x", kde=True),
    sns.heatmap(data[["x", "y"]].corr(), annot=True),
):
    out = io.BytesIO()
    plot.figure.savefig(out)
    assert out.getvalue().startswith(b"\x89PNG")
    plot.figure.clf()
sns.clustermap(data[["x", "y"]].head(10))
assert len(sns.color_palette("husl", 5)) == 5 and sns.color_palette("rocket", as_cmap=True)(0.5)
out = io.BytesIO()
so.Plot(data, "x", "y", color="k").add(so.Dots()).save(out)
assert out.getvalue().startswith(b"\x89PNG")
print("ok")
