"""What an OpenAPI description can't say, for schemathesis."""
import json
import re
import uuid

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def ndjson(context, value):
    items = value if isinstance(value, list) else [value]
    return "\n".join(json.dumps(item) for item in items).encode()


def too_long(value):
    """Whether a text within 128 characters is over the 128 bytes that a field may have."""
    if isinstance(value, str):
        return len(value) <= 128 and len(value.encode("utf-8", "replace")) > 128
    if isinstance(value, dict):
        return any(too_long(item) for item in value.values())
    return isinstance(value, list) and any(too_long(item) for item in value)


def over_limit(value):
    """Whether an amount within its bound is over it in the consortium's currency; of pipelines/rates.yaml, GBP is worth more."""
    if isinstance(value, list):
        return any(over_limit(item) for item in value)
    if not isinstance(value, dict) or value.get("currency") != "GBP":
        return False
    try:
        return float(value["amount"]) > 80e9
    except (KeyError, TypeError, ValueError):
        return False


@schemathesis.hook
def filter_body(context, body):
    return not too_long(body) and not over_limit(body)


KEY = re.compile(r'("([ !#-\[\]-~]|\\["\\]){1,255}"|[!#-~]([ !#-~]{0,253}[!#-~])?)')


TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d:\d\d.*)?")


def of_today(value):
    """Times of one hour in place of those of a whole century: most would be too late for the newest, and rightly refused."""
    if isinstance(value, list):
        return [of_today(item) for item in value]
    if isinstance(value, dict) and isinstance(value.get("time"), str) and TIME.fullmatch(value["time"]):
        return value | {"time": "2026-01-21T10:" + value["time"][-2:].rjust(2, "0").replace("Z", "0") + ":00Z"}
    return value


@schemathesis.hook
def before_call(context, case, kwargs):
    """A key that came before with another body is refused, and rightly so: one that is of its form is made a new one."""
    case.body = of_today(case.body)
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and KEY.fullmatch(key):
        case.headers["Idempotency-Key"] = f'"{uuid.uuid4()}"'
