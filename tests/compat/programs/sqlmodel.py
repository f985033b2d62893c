# /// script
# requires-python = ">=3.10"
# dependencies = ["sqlmodel"]
# ///
"""Maps models to tables."""

from sqlmodel import Field, Session, SQLModel, create_engine, select


class Hero(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str
    age: int | None = None


engine = create_engine("sqlite://")
SQLModel.metadata.create_all(engine)
with Session(engine) as session:
    session.add_all([Hero(name="a", age=3), Hero(name="b")])
    session.commit()
    assert session.exec(select(Hero).where(Hero.age == 3)).one().name == "a"
print("ok")
