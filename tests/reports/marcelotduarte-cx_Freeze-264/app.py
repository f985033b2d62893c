"""Starts a process of its own kind by a server of processes."""

import multiprocessing


class Worker(multiprocessing.Process):
    def __init__(self, queue):
        super().__init__()
        self.queue = queue
        self.start()

    def run(self):
        self.queue.put("word from " + __name__)


if __name__ == "__main__":
    multiprocessing.freeze_support()
    multiprocessing.set_start_method("forkserver")
    queue = multiprocessing.Queue()
    worker = Worker(queue)
    print(queue.get(timeout=60))
    worker.join()
    print(worker.exitcode)
