"""Documents that come one a line, which Schemathesis does not know: it is told of them as of a list."""

import json

import schemathesis

MAX_LINES = 20


@schemathesis.hook
def before_load_schema(context, raw_schema):
    for methods in raw_schema["paths"].values():
        for operation in methods.values():
            for media_type in operation.get("requestBody", {}).get("content", {}).values():
                if "x-itemSchema" in media_type:
                    media_type["schema"] = {"type": "array", "items": media_type["x-itemSchema"], "maxItems": MAX_LINES}


@schemathesis.serializer("application/x-ndjson")
def serialize_lines(context, value):
    lines = value if isinstance(value, list) else [value]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()
