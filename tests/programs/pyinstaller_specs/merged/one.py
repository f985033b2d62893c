import _csv
import common

common.show("one", ["shared", "one", "two", "added"])
