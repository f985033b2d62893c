# entry
import sys
from pathlib import Path

import helper

TOP = Path(__file__).resolve().parents[2]
print((TOP / "share" / "motd.txt").read_text().strip())
print(sorted(p.name for p in (TOP / "share" / "levels").iterdir()))
print(helper.near())
print(Path(__file__).name, Path(helper.__file__).parent.name, Path(sys.argv[0]).exists())

import shop.prices
from shop.plugins import red

print(shop.prices.path(), shop.prices.plugin("red"), red.__name__)
