import _csv
import common
common.show("three", ["shared"])
