# /// script
# requires-python = ">=3.10"
# dependencies = ["peewee"]
# ///
"""Maps rows to objects, with extensions of its playhouse."""

from peewee import CharField, ForeignKeyField, IntegerField, Model, SqliteDatabase, fn
from playhouse.migrate import SqliteMigrator, migrate
from playhouse.shortcuts import model_to_dict
from playhouse.sqlite_ext import FTS5Model, SearchField

db = SqliteDatabase(":memory:")


class User(Model):
    name = CharField()

    class Meta:
        database = db


class Note(Model):
    user = ForeignKeyField(User, backref="notes")
    n = IntegerField()

    class Meta:
        database = db


class Text(FTS5Model):
    body = SearchField()

    class Meta:
        database = db


db.create_tables([User, Note, Text])
user = User.create(name="a")
Note.insert_many([{"user": user, "n": i} for i in range(4)]).execute()
assert Note.select(fn.SUM(Note.n)).where(Note.user == user).scalar() == 6 and user.notes.count() == 4
assert model_to_dict(Note.get(Note.n == 2))["user"]["name"] == "a"
Text.create(body="quick brown fox")
assert Text.search("brown").count() == 1
migrate(SqliteMigrator(db).add_column("user", "age", IntegerField(default=5)))
assert db.execute_sql("select age from user").fetchone() == (5,)
print("ok")
