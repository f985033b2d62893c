# /// script
# requires-python = ">=3.10"
# dependencies = ["distributed", "dask"]
# ///
"""Starts a scheduler with workers in this process and computes with them over TCP."""

from distributed import Client, LocalCluster


def inc(x):
    return x + 1


if __name__ == "__main__":
    options = {"processes": False, "n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(protocol="tcp://", host="127.0.0.1", **options) as cluster, Client(cluster) as client:
        futures = client.map(inc, range(10))
        assert client.submit(sum, futures).result(timeout=60) == 55
        assert len(client.scheduler_info()["workers"]) == 2
print("ok")
