"""Pickles what the main file defines."""

import multiprocessing
import pickle


class Point:
    def __init__(self, x):
        self.x = x


def move(point, queue):
    queue.put(Point(point.x + 1))


if __name__ == "__main__":
    print(pickle.loads(pickle.dumps(move)) is move, pickle.loads(pickle.dumps(Point(4))).x, Point.__module__)
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=move, args=(Point(4), queue))
    process.start()
    print(queue.get(timeout=60).x)
    process.join()
