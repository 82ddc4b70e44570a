"""
Sends every member of every request of the control plane, as boto3's own description of SageMaker has them.

A right one of a model or an endpoint config is kept and described back as it came, or refused by its name: none is taken
and forgotten. A wrong one of any request is refused by its name, whether its type, its length, its pattern, its choice or
its bounds are wrong, and nothing is made.
"""

import copy
import re
import sys

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

from steps import expect_same

MODEL_DATA = {"S3Uri": "s3://models/model.tar.gz", "S3DataType": "S3Object", "CompressionType": "None"}
PREFIX = {"PrefixLength": 1024, "ConcurrencyThreshold": 1}
# What fits, for each kind of value that has rules which that description does not state, or patterns.
FITTING = {
    "ContainerDefinition": {"Image": "echo"},
    "ProductionVariant": {
        "VariantName": "any", "ModelName": "least", "InitialInstanceCount": 1, "InstanceType": "ml.m5.xlarge",
    },
    "ImageConfig": {"RepositoryAccessMode": "Vpc"},
    "ModelDataSource": {"S3DataSource": MODEL_DATA}, "S3ModelDataSource": MODEL_DATA, "S3ModelDataType": "S3Object",
    "ProductionVariantRoutingConfig": {"RoutingStrategy": "PREFIX_AWARE", "PrefixAwareRoutingConfig": PREFIX},
    "PrefixAwareRoutingConfig": PREFIX, "RoutingStrategy": "PREFIX_AWARE", "MetricPublishFrequencyInSeconds": 10,
    "ContainerImage": "echo", "Url": "s3://models/model.tar.gz", "S3ModelUri": "s3://models/model.tar.gz",
    "DestinationS3Uri": "s3://results/all", "KmsKeyId": "alias/key", "RoleArn": "arn:aws:iam::000000000000:role/any",
    "SnsTopicArn": "arn:aws:sns:us-east-1:000000000000:done", "MetricsEndpointPath": "/metrics", "MimeType": "text/csv",
    "ClarifyMimeType": "text/csv", "CsvContentType": "text/csv", "JsonContentType": "application/json",
    "MlReservationArn": "arn:aws:sagemaker:us-east-1:000000000000:training-plan/any", "EnvironmentKey": "STAGE",
    "AcceleratorPartitionType": "mig-1g.5gb", "ModelName": "least",
}
# Where one member stands in the place of others.
INSTEAD = {
    "Containers": ["PrimaryContainer"],
    "RollingUpdatePolicy": ["BlueGreenUpdatePolicy"],
    "ServerlessConfig": ["InitialInstanceCount", "InstanceType"],
    "InstancePools": ["InstanceType"],
}
# Ebb has no list of machines, and keeps the names of whichever.
FREE = {"ProductionVariantInstanceType", "ProductionVariantInferenceAmiVersion"}

# All that is refused whole: for what cannot be meant by an asynchronous endpoint, or would be a lie to keep.
REFUSED = {
    "CreateModel PrimaryContainer.ModelPackageName", "CreateModel PrimaryContainer.InferenceSpecificationName",
    "CreateModel Containers.0.ModelPackageName", "CreateModel Containers.0.InferenceSpecificationName",
    "CreateEndpointConfig DataCaptureConfig", "CreateEndpointConfig ExplainerConfig",
    "CreateEndpointConfig CrossRegionTrafficConfig",
}

# Records with nothing in them but what they must have.
RECORDS = {
    "CreateModel": {"ModelName": "members", "PrimaryContainer": {"Image": "echo"}},
    "CreateEndpointConfig": {
        "EndpointConfigName": "members",
        "ProductionVariants": [
            {"VariantName": "main", "ModelName": "least", "InitialInstanceCount": 1, "InstanceType": "ml.m5.xlarge"}
        ],
        "AsyncInferenceConfig": {"OutputConfig": {}},
    },
}

NOBODY = {"EndpointName": "nobody"}
ARN = {"ResourceArn": "arn:aws:sagemaker:us-east-1:000000000000:model/nobody"}
# Requests that change nothing even where they are right, as there is nothing by these names.
OTHER_REQUESTS = {
    "CreateEndpoint": {**NOBODY, "EndpointConfigName": "nobody"},
    "UpdateEndpoint": {**NOBODY, "EndpointConfigName": "nobody"},
    "UpdateEndpointWeightsAndCapacities": {
        **NOBODY, "DesiredWeightsAndCapacities": [{"VariantName": "main", "DesiredInstanceCount": 1}]
    },
    **{f"{verb}Endpoint": NOBODY for verb in ("Describe", "Delete")},
    **{f"{verb}EndpointConfig": {"EndpointConfigName": "nobody"} for verb in ("Describe", "Delete")},
    **{f"{verb}Model": {"ModelName": "nobody"} for verb in ("Describe", "Delete")},
    "ListModels": {}, "ListEndpointConfigs": {}, "ListEndpoints": {},
    "AddTags": {**ARN, "Tags": [{"Key": "team", "Value": "readers"}]},
    "DeleteTags": {**ARN, "TagKeys": ["team"]},
    "ListTags": ARN,
}

sagemaker = boto3.client("sagemaker", config=Config(parameter_validation=False))


def sample(shape):
    """A fitting value, with nothing in it but what it must have."""
    if shape.name in FITTING:
        return copy.deepcopy(FITTING[shape.name])
    if shape.type_name == "structure":
        return {name: sample(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "list":
        return [sample(shape.member) for _ in range(max(1, shape.metadata.get("min", 0)))]
    if shape.type_name == "map":
        return {sample(shape.key): sample(shape.value)}
    if shape.type_name == "boolean":
        return True
    if shape.type_name in ("integer", "float", "long", "double"):
        return max(1, shape.metadata.get("min", 1))
    return shape.metadata["enum"][0] if shape.metadata.get("enum") else "any"


def members(shape, path=()):
    """Every member below a shape, with the way to it: names, and 0 for the first of a list."""
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            yield (*path, name), member
            yield from members(member, (*path, name))
    elif shape.type_name == "list":
        yield from members(shape.member, (*path, 0))


def with_member(base, shape, path, value):
    """The request with this value at this place, and all that must be there beside it."""
    request = copy.deepcopy(base)
    place = request
    for step, following in zip(path, path[1:]):
        shape = shape.members[step] if isinstance(step, str) else shape.member
        if isinstance(step, str):
            for other in INSTEAD.get(step, []):
                place.pop(other, None)
            place.setdefault(step, sample(shape))
        place = place[step]
    for other in INSTEAD.get(path[-1], []):
        place.pop(other, None)
    place[path[-1]] = value
    return request


def wrong(shape):
    """Values that break a rule each, with the rule's name."""
    rules, kind = shape.metadata, shape.type_name
    if kind == "string":
        yield "type", 7
        if rules.get("enum") and shape.name not in FREE:
            yield "enum", "no-such-choice"
        if "max" in rules:
            yield "max", (sample(shape) + "x" * rules["max"])[: rules["max"] + 1]
        if rules.get("min"):
            yield "min", "x" * (rules["min"] - 1)
        if "pattern" in rules and not fits(rules["pattern"], "! !"):
            yield "pattern", "! !"
    elif kind in ("integer", "float"):
        yield "type", float("nan") if kind == "float" else "seven"
        if kind == "integer":
            yield "type", 7.5
        if "max" in rules:
            yield "max", rules["max"] + 1
        if "min" in rules:
            yield "min", rules["min"] - 1
    elif kind == "boolean":
        yield "type", "perhaps"
    elif kind == "list":
        if "max" in rules:
            yield "max", sample(shape)[:1] * (rules["max"] + 1)
        if rules.get("min"):
            yield "min", []
    elif kind == "map" and "max" in rules:
        yield "max", {f"K{n}": "x" for n in range(rules["max"] + 1)}


def fits(pattern, text):
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error:
        # Classes of letters of any script, which Python does not know; none of AWS's has an exclamation mark in it.
        return False


def without_empty(value):
    """A structure with nothing in it says nothing."""
    if isinstance(value, dict):
        return {name: without_empty(inner) for name, inner in value.items() if inner != {}}
    return [without_empty(inner) for inner in value] if isinstance(value, list) else value


def names(path):
    """How a refusal may call the member: by its own name or by that of what it is in."""
    return [step.lower() for step in path if isinstance(step, str)]


def verb(operation):
    """The client's method for an operation."""
    return getattr(sagemaker, xform_name(operation))


def refusal_of(operation, request):
    try:
        verb(operation)(**request)
    except ClientError as error:
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400, error
        return error.response["Error"]
    return None


def called_by_name(refusal, path):
    """Whether it names the member; what cannot be read at all has no names yet."""
    if refusal["Code"] == "SerializationException":
        return True
    return refusal["Code"] == "ValidationException" and any(name in refusal["Message"].lower() for name in names(path))


def what_became_of(operation, request):
    """What is described of a record that is then deleted again, or the refusal."""
    kind = operation.removeprefix("Create")
    name = {f"{kind}Name": "members"}
    refusal = refusal_of(operation, request)
    if refusal:
        assert refusal_of(f"Describe{kind}", name), f"refused and made: {refusal}"
        return None, refusal
    described = verb(f"Describe{kind}")(**name)
    verb(f"Delete{kind}")(**name)
    return described, None


def keep(operation, base):
    """Tries every member of a record; gives back those that are kept, and what is wrong with what became of them."""
    shape = sagemaker.meta.service_model.operation_model(operation).input_shape
    for path, member in members(shape):
        title = f"{operation} {'.'.join(str(step) for step in path)}"
        right = base[path[0]] if path[0].startswith(operation.removeprefix("Create")) else sample(member)
        request = with_member(base, shape, path, right)
        described, refusal = what_became_of(operation, request)
        if refusal:
            refused.add(title)
            if not called_by_name(refusal, path):
                yield f"{title} is refused without its name: {refusal['Message']}"
            continue
        kept.add(title)
        try:
            expect_same(without_empty({name: value for name, value in request.items() if name != "Tags"}), described)
        except AssertionError as difference:
            yield f"{title} is taken and not described: {difference}"


def break_rules(operation, base):
    """Breaks every rule of every member; gives back what is wrong with what is said of it."""
    shape = sagemaker.meta.service_model.operation_model(operation).input_shape
    for path, member in members(shape):
        title = f"{operation} {'.'.join(str(step) for step in path)}"
        for rule, value in wrong(member):
            if any(title == other or title.startswith(f"{other}.") for other in refused):
                continue
            broken.append(rule)
            refusal = refusal_of(operation, with_member(base, shape, path, value))
            if not refusal:
                yield f"{title} is taken though its {rule} is broken by {value!r}"
            elif not called_by_name(refusal, path[-1:]):
                yield f"{title} has its {rule} broken by {value!r}, which is not what is said: {refusal['Message']}"


kept, refused, broken = set(), set(), []
sagemaker.create_model(ModelName="least", PrimaryContainer={"Image": "echo"})
problems = [problem for request in RECORDS.items() for problem in keep(*request)]
problems += [problem for request in {**RECORDS, **OTHER_REQUESTS}.items() for problem in break_rules(*request)]
sagemaker.delete_model(ModelName="least")

whole = {title for title in refused if not any(title.startswith(f"{other}.") for other in refused)}
if whole != REFUSED:
    problems.append(f"refused and not known to be: {whole - REFUSED}; not refused any more: {REFUSED - whole}")
print(f"{len(kept)} members kept, {len(whole)} refused whole, {len(broken)} rules broken")
if problems:
    sys.exit("\n".join(problem[:300] for problem in problems))
print("walked")
