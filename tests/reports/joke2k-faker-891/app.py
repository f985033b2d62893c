"""Makes a name in another language."""

from faker import Faker

Faker.seed(7)
print(Faker("de_DE").name(), "/", Faker("pl_PL").city())
