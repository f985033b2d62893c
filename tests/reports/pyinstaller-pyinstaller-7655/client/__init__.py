import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "vendor", "gql-0.2.0"))

from gql import query


def ask(name):
    return query(name)
