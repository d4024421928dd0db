"""Members that classes get from base classes outside the indexed distributions."""

from __future__ import annotations

import builtins
import enum
from functools import lru_cache

TYPING = {"Generic": object, "Protocol": object, "ABC": object, "NamedTuple": tuple, "TypedDict": dict}
ENUMS = ("Enum", "StrEnum", "IntEnum", "Flag", "IntFlag")
#: Public names of pydantic's models in its versions 1 and 2.
MODEL = frozenset(
    """
    Config construct copy dict fields from_orm json model_computed_fields model_config model_construct model_copy
    model_dump model_dump_json model_extra model_fields model_fields_set model_json_schema
    model_parametrized_name model_post_init model_rebuild model_validate model_validate_json
    model_validate_strings parse_file parse_obj parse_raw schema schema_json settings_customise_sources
    settings_config update_forward_refs validate
    """.split()
)
MODELS = frozenset(
    f"{module}.{name}"
    for module in ("pydantic", "pydantic.main", "pydantic_settings", "pydantic.env_settings", "pydantic.v1")
    for name in ("BaseModel", "BaseSettings")
)


@lru_cache(maxsize=512)
def members_outside(base: str) -> frozenset[str] | None:
    """The public members of a well-known class; None for one that is not known."""
    module, _, name = base.rpartition(".")
    if module in ("typing", "typing_extensions", "abc") and name in TYPING:
        return frozenset(dir(TYPING[name]))
    if base in MODELS:
        return MODEL
    if module == "enum" and name in ENUMS:
        return frozenset(dir(getattr(enum, name))) | {"name", "value"}
    if module == "builtins" and isinstance(found := getattr(builtins, name, None), type):
        return frozenset(dir(found))
    return None
