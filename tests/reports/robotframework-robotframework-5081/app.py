"""Runs a suite whose text names a library of the program."""

import os

import robot

suite = os.path.join(os.path.dirname(os.path.abspath(__file__)), "suites", "count.robot")
print(robot.run(suite, output=None, log=None, report=None, console="none"))
