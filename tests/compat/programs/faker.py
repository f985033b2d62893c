# /// script
# requires-python = ">=3.10"
# dependencies = ["faker"]
# [tool.freeze-compat]
# rules = ["faker.toml"]
# ///
"""Makes data with providers that are loaded by locale."""

from faker import Faker

for locale, name in ("en_US", None), ("de_DE", None), ("ja_JP", None), ("pt_BR", None):
    Faker.seed(1)
    fake = Faker(locale)
    first = [fake.name(), fake.address(), fake.email(), fake.company(), fake.date_of_birth(), fake.iban(), fake.job()]
    Faker.seed(1)
    assert first[0] == fake.name() and "@" in first[2]
several = Faker(["it_IT", "fr_FR"])
assert several.name() and several["it_IT"].city()
assert len(Faker().profile()) > 5 and Faker().file_name(extension="txt").endswith(".txt") and Faker().json()
print("ok")
