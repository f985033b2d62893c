# /// script
# requires-python = ">=3.10"
# dependencies = ["sqlalchemy[asyncio]", "aiosqlite", "psycopg2-binary", "pymysql"]
# [tool.freeze-compat]
# ci = true
# ///
"""Maps objects, queries synchronously and not, and compiles for other data bases."""

import asyncio

from sqlalchemy import ForeignKey, create_engine, func, inspect, select
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    mails: Mapped[list["Mail"]] = relationship(back_populates="user")


class Mail(Base):
    __tablename__ = "mails"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user: Mapped[User] = relationship(back_populates="mails")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
with Session(engine) as session:
    session.add(User(name="a", mails=[Mail(text="x"), Mail(text="y")]))
    session.commit()
    query = select(User.name, func.count(Mail.id)).join(Mail).group_by(User.id)
    assert session.execute(query).all() == [("a", 2)]
    assert session.scalars(select(Mail)).first().user.name == "a"
assert inspect(engine).get_table_names() == ["mails", "users"]


async def ask():
    other = create_async_engine("sqlite+aiosqlite://")
    async with other.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
        assert (await connection.execute(select(func.count(User.id)))).scalar() == 0
    await other.dispose()


asyncio.run(ask())
for dialect in postgresql, mysql, mssql, oracle:
    assert "users" in str(select(User).limit(5).compile(dialect=dialect.dialect()))
assert create_engine("postgresql+psycopg2://u@h/d").dialect.driver == "psycopg2"
assert create_engine("mysql+pymysql://u@h/d").dialect.driver == "pymysql"
print("ok")
