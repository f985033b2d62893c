# /// script
# requires-python = ">=3.10"
# dependencies = ["simpy"]
# ///
"""Simulates a queue."""

import simpy

log = []


def customer(environment, counter, name):
    with counter.request() as request:
        yield request
        yield environment.timeout(5)
        log.append((name, environment.now))


environment = simpy.Environment()
counter = simpy.Resource(environment, capacity=1)
for i in range(3):
    environment.process(customer(environment, counter, i))
environment.run(until=100)
assert log == [(0, 5), (1, 10), (2, 15)]
print("ok")
