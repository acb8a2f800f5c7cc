"""CEL rules about tags, for whatever has a list of that name: there, `self` holds the list."""

from kubecs.crds.rules import Rule
from kubecs.ecs.tag_rules import RESERVED_PREFIX

RULES = (
    Rule(
        f"!has(self.tags) || !self.tags.exists(t, has(t.key) && t.key.lowerAscii().startsWith('{RESERVED_PREFIX}'))",
        "Tag keys that begin with 'aws:' are reserved for AWS.",
        ".tags",
        "FieldValueForbidden",
    ),
    Rule(
        "!has(self.tags) || self.tags.all(t, !has(t.key) || self.tags.exists_one(u, has(u.key) && u.key == t.key))",
        "Tag keys must be unique.",
        ".tags",
    ),
)
