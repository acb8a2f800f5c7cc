"""The base of every generated ECS model, and the scalar types that AWS's JSON protocol knows.

Scalars are strict, since ECS coerces nothing: "80" is no number and 1 is no boolean.
"""

from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

String = Annotated[str, Field(strict=True)]
Integer = Annotated[int, Field(strict=True)]
Boolean = Annotated[bool, Field(strict=True)]
Double = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Timestamp = Annotated[AwareDatetime, Field(description="seconds since the epoch on the wire")]


class Shape(BaseModel):
    """One structure of the ECS API: immutable, unknown members refused, read and written in AWS's camelCase."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        defer_build=True,
        protected_namespaces=(),
    )


class UnionShape(Shape):
    """A structure of which exactly one member may be set (AWS calls it a union)."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        present = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(present) != 1:
            raise ValueError("exactly one member must be set")
        return self
