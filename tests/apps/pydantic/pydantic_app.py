"""Validates data with pydantic."""

import datetime
import decimal
from typing import List, Optional

import pydantic


class Item(pydantic.BaseModel):
    name: str = pydantic.Field(min_length=1)
    price: decimal.Decimal
    day: Optional[datetime.date] = None

    @pydantic.field_validator("name")
    @classmethod
    def upper(cls, value: str) -> str:
        return value.upper()


class Order(pydantic.BaseModel):
    items: List[Item]


def main():
    order = Order.model_validate({"items": [{"name": "a", "price": "1.50", "day": "2024-01-02"}]})
    assert order.items[0].day == datetime.date(2024, 1, 2)
    try:
        Order.model_validate({"items": [{"name": "", "price": "x"}]})
    except pydantic.ValidationError as error:
        assert error.error_count() == 2
    else:
        raise AssertionError("wrong data was accepted")
    assert Order.model_json_schema()["properties"]["items"]["type"] == "array"
    assert pydantic.TypeAdapter(List[int]).validate_python(["1", 2]) == [1, 2]
    from pydantic.v1 import BaseModel as Old  # The first version's interface, loaded late.

    assert Old
    print("pydantic ok", order.model_dump_json())


if __name__ == "__main__":
    main()
