"""Checks that each line of a file is an event of a JSON Schema, which describes each of its fields."""

import json
import sys

import jsonschema

schema = json.load(open(sys.argv[1], encoding="utf-8"))
jsonschema.Draft7Validator.check_schema(schema)


def closed(part):
    """A schema that permits described fields only."""
    if isinstance(part, list):
        return [closed(item) for item in part]
    if not isinstance(part, dict):
        return part
    own = {name: closed(item) for name, item in part.items()}
    if "properties" in own and "anyOf" not in own:
        own["additionalProperties"] = False
    return own


validator = jsonschema.Draft7Validator(closed(schema))
for line in open(sys.argv[2], encoding="utf-8"):
    event = json.loads(line)
    for error in validator.iter_errors(event):
        # The reasons of the alternatives that are for such events.
        inner = [e.message for e in error.context if e.path and "event" not in e.path or "event" in event and not e.path]
        sys.exit(f"{line}{error.message}\n{inner}")
