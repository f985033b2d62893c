# /// script
# requires-python = ">=3.10"
# dependencies = ["scikit-learn", "pandas"]
# ///
"""Trains and compares models, in several processes' worth of jobs, and stores one."""

import pickle

import numpy as np
from sklearn import datasets
from sklearn.cluster import DBSCAN, KMeans
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.manifold import TSNE
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.utils import all_estimators

x, y = datasets.load_iris(return_X_y=True)
train, test, seen, wanted = train_test_split(x, y, random_state=0)
models = [
    LogisticRegression(max_iter=500),
    SVC(),
    KNeighborsClassifier(),
    RandomForestClassifier(n_jobs=2, random_state=0),
]
models += [GradientBoostingClassifier(random_state=0), MLPClassifier(max_iter=800, random_state=0)]
for model in models:
    pipeline = make_pipeline(StandardScaler(), model).fit(train, seen)
    assert pipeline.score(test, wanted) > 0.85, model
    assert (pickle.loads(pickle.dumps(pipeline)).predict(test) == pipeline.predict(test)).all()
assert cross_val_score(SVC(), x, y, cv=3).mean() > 0.9
assert GridSearchCV(SVC(), {"C": [0.1, 1]}, n_jobs=2).fit(x, y).best_score_ > 0.9
assert KMeans(3, n_init=3, random_state=0).fit(x).inertia_ < 90 and DBSCAN(eps=0.8).fit(x).labels_.max() >= 1
assert PCA(2).fit_transform(x).shape == (150, 2) and TSNE(max_iter=250).fit_transform(x[:40]).shape == (40, 2)
assert HistGradientBoostingRegressor(max_iter=5).fit(x, y).score(x, y) > 0.5
assert TfidfVectorizer().fit_transform(["a cat", "the dog"]).shape[0] == 2
assert datasets.load_digits().images.shape == (1797, 8, 8) and "iris" in datasets.load_iris().DESCR.lower()
assert ColumnTransformer([("a", OneHotEncoder(), [0])]).fit_transform(np.array([[1], [2]])).shape == (2, 2)
assert len(all_estimators()) > 180
assert "<style>" in models[0]._repr_html_()
print("ok")
