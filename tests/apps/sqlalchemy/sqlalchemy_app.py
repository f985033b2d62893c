"""Maps classes to tables of sqlite with SQLAlchemy, whose dialects are loaded by name."""

import os
import tempfile
from typing import List

from sqlalchemy import ForeignKey, String, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "author"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(30))
    books: Mapped[List["Book"]] = relationship(back_populates="author")


class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
    author: Mapped[Author] = relationship(back_populates="books")


def main():
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine("sqlite:///" + os.path.join(folder, "test.db"))
        Base.metadata.create_all(engine)
        with Session(engine) as session:
            session.add(Author(name="Ada", books=[Book(title="One"), Book(title="Two")]))
            session.commit()
            query = select(Author.name, func.count(Book.id)).join(Author.books).group_by(Author.name)
            rows = [tuple(row) for row in session.execute(query)]
        engine.dispose()
    print("sqlalchemy ok", rows)


if __name__ == "__main__":
    main()
