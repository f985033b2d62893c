"""Counts how often its lines are printed when a manager is spawned."""

import multiprocessing

if __name__ == "__main__":
    print("one")
    multiprocessing.set_start_method("spawn")
    print("two")
    manager = multiprocessing.Manager()
    print("three")
    shared = manager.dict(number=4)
    print("four", shared["number"])
    manager.shutdown()
    print("five")
