"""Imports from one package in two folders."""

import os
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "extra"))

import family.father
import family.mother

print(family.father.NAME, family.mother.NAME)
