import argparse

from registry import create

parser = argparse.ArgumentParser()
parser.add_argument("--backend", default="memory", choices=["memory", "disk"])
print(create(parser.parse_args().backend))
print(create("disk"))


class Settings:
    formatter = "pretty"


print(create(Settings.formatter))
