"""Starts a process that starts a manager itself."""

import multiprocessing


def child(queue):
    with multiprocessing.Manager() as manager:
        shared = manager.dict()
        shared["answer"] = 42
        queue.put(dict(shared))


if __name__ == "__main__":
    multiprocessing.set_start_method("forkserver")
    queue = multiprocessing.Queue()
    process = multiprocessing.Process(target=child, args=(queue,))
    process.start()
    print(queue.get(timeout=60))
    process.join()
    print(process.exitcode)
