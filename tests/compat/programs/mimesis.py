# /// script
# requires-python = ">=3.10"
# dependencies = ["mimesis"]
# ///
"""Makes up data in several languages from the bundled files."""

from mimesis import Address, Generic, Person, Schema
from mimesis.keys import maybe
from mimesis.locales import Locale
from mimesis.schema import Field

assert Person(Locale.EN, seed=1).full_name() != Person(Locale.RU, seed=1).full_name()
for locale in Locale:
    generic = Generic(locale, seed=7)
    assert generic.address.city() and generic.person.last_name() and generic.text.word() and generic.datetime.month()
assert Address(Locale.DE, seed=3).country()
field = Field(Locale.JA, seed=5)
rows = Schema(lambda: {"id": field("increment"), "food": field("dish"), "x": field("word", key=maybe(None, 0.5))}, 3)
assert [row["id"] for row in rows.create()] == [1, 2, 3]
assert Generic(Locale.EN, seed=1).science.rna_sequence() and Generic(seed=2).hardware.cpu()
print("ok")
