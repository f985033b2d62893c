# args: node.yml --level 2
"""Reads its arguments before anything else and spawns a process."""

import argparse
import multiprocessing


def work(queue):
    queue.put("worked")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("config")
    parser.add_argument("--level", type=int, default=1)
    options = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=work, args=(queue,))
    process.start()
    print(options.config, options.level, queue.get(timeout=60))
    process.join()


if __name__ == "__main__":
    main()
