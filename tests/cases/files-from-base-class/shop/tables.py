import csv
import json
from importlib import resources
from pathlib import Path

DATA = Path(__file__).parent.joinpath("data")


def load(path=DATA / "prices.json"):
    return json.loads(path.read_text())


def rows():
    with resources.files(__package__).joinpath("data", "rows.csv").open() as file:
        return list(csv.reader(file))


def form(kind="invoice"):
    return (Path(__file__).parents[1] / "forms" / f"{kind}.txt").read_text().strip()
