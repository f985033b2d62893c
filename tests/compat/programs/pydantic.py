# /// script
# requires-python = ">=3.10"
# dependencies = ["pydantic[email,timezone]", "pydantic-settings"]
# ///
"""Checks, converts and describes data."""

import os
from datetime import datetime
from typing import Annotated, Literal, Union

from pydantic import (
    BaseModel,
    EmailStr,
    Field,
    TypeAdapter,
    ValidationError,
    computed_field,
    dataclasses,
    validate_call,
)
from pydantic_settings import BaseSettings


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: Annotated[int, Field(ge=0, le=9)] = 9


class Dog(BaseModel):
    kind: Literal["dog"]
    name: str

    @computed_field
    @property
    def upper(self) -> str:
        return self.name.upper()


class Owner(BaseModel):
    mail: EmailStr
    pet: Union[Cat, Dog] = Field(discriminator="kind")
    since: datetime


class Settings(BaseSettings, env_prefix="APP_"):
    port: int = 1


@dataclasses.dataclass
class Point:
    x: int


@validate_call
def double(n: int) -> int:
    return n * 2


owner = Owner.model_validate_json(
    '{"mail": "a@example.com", "pet": {"kind": "dog", "name": "x"}, "since": "2024-01-01"}'
)
assert owner.model_dump()["pet"]["upper"] == "X" and owner.since.year == 2024
try:
    Owner(mail="nope", pet={"kind": "cat", "lives": 10}, since="x")
except ValidationError as error:
    assert {e["loc"][-1] for e in error.errors()} == {"mail", "lives", "since"}
else:
    raise AssertionError("passed")
assert Owner.model_json_schema()["properties"]["mail"]["format"] == "email"
os.environ["APP_PORT"] = "99"
assert Settings().port == 99 and Point(x="3").x == 3 and double("4") == 8
assert TypeAdapter(dict[str, list[int]]).validate_python({"a": ["1"]}) == {"a": [1]}
print("ok")
