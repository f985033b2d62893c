# /// script
# requires-python = ">=3.10"
# dependencies = ["limits"]
# ///
"""Counts against limits, in storages loaded by their scheme."""

import limits
from limits import parse, parse_many, storage, strategies

memory = storage.storage_from_string("memory://")
for strategy in (strategies.FixedWindowRateLimiter, strategies.MovingWindowRateLimiter):
    limiter = strategy(memory)
    item = parse("2/minute")
    key = strategy.__name__
    assert [limiter.hit(item, key) for _ in range(3)] == [True, True, False]
    assert limiter.get_window_stats(item, key).remaining == 0
assert len(parse_many("1/second; 10 per hour")) == 2 and limits.__version__
assert type(storage.storage_from_string("async+memory://")).__name__ == "MemoryStorage"
for uri in ("redis://localhost:1", "memcached://localhost:1", "mongodb://localhost:1"):
    try:
        storage.storage_from_string(uri)
    except limits.errors.ConfigurationError as error:
        assert "prerequisite" in str(error), error
print("ok")
