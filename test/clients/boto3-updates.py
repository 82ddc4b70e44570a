"""Brings endpoints up, changes them in every way that there is, sees bad changes rolled back, and takes them down, with boto3."""

import collections
import datetime
import json

import boto3
from botocore.config import Config
from botocore.exceptions import WaiterError

from steps import expect_same, refused, wait_for

ACCOUNT = boto3.client("sts").get_caller_identity()["Account"]
ARN = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}"
ENDPOINT = {"EndpointName": "Changing"}
BUSY = f'Cannot update in-progress endpoint "{ARN}:endpoint/changing".'
OFTEN = {"Delay": 0.2, "MaxAttempts": 300}

s3 = boto3.client("s3")
# Without boto3's own checks, which would keep from Ebb what is wrong.
sagemaker = boto3.client("sagemaker", config=Config(parameter_validation=False))
runtime = boto3.client("sagemaker-runtime")
scaling = boto3.client("application-autoscaling")
cloudwatch = boto3.client("cloudwatch")


def described(**endpoint):
    return sagemaker.describe_endpoint(**(endpoint or ENDPOINT))


def variants():
    return {variant["VariantName"]: variant for variant in described()["ProductionVariants"]}


def counts():
    return {name: (variant["CurrentInstanceCount"], variant["DesiredInstanceCount"]) for name, variant in variants().items()}


def weights():
    return {name: variant["DesiredWeight"] for name, variant in variants().items()}


def create_model(stage, image="echo"):
    """A container that tells which one it is, and takes a while to start so that an update can be looked at."""
    sagemaker.create_model(
        ModelName=stage,
        PrimaryContainer={"Image": image, "Environment": {"STAGE": stage, "ECHO_BOOT_MS": "700"}},
    )


def create_config(name, *models, **differences):
    """A variant for each model, the first of them called `main`."""
    sagemaker.create_endpoint_config(
        EndpointConfigName=name,
        ProductionVariants=[
            {"VariantName": "main" if index == 0 else f"v{index}", "ModelName": model, "InitialInstanceCount": 1,
             "InstanceType": "ml.m5.xlarge", "InitialVariantWeight": 1.0, **differences}
            for index, model in enumerate(models)
        ],
        AsyncInferenceConfig={"OutputConfig": {}, "ClientConfig": {"MaxConcurrentInvocationsPerInstance": 100}},
    )


def update(config, **parameters):
    updated = sagemaker.update_endpoint(**ENDPOINT, EndpointConfigName=config, **parameters)
    assert updated["EndpointArn"] == f"{ARN}:endpoint/changing", updated
    return described()


def settle(status="InService"):
    sagemaker.get_waiter("endpoint_in_service").wait(**ENDPOINT, WaiterConfig=OFTEN)
    found = described()
    assert found["EndpointStatus"] == status, found
    assert "PendingDeploymentSummary" not in found, found
    assert all(not variant.get("VariantStatus") for variant in found["ProductionVariants"]), found
    return found


def answers(count=1):
    """How many of so many invocations each model answered."""
    accepted = [
        runtime.invoke_endpoint_async(**ENDPOINT, Body=b"?", CustomAttributes="describe")["OutputLocation"]
        for _ in range(count)
    ]
    return collections.Counter(wait_for("an answer", lambda: answer(location)) for location in accepted)


def answer(location):
    bucket, key = location.removeprefix("s3://").split("/", 1)
    try:
        return json.load(s3.get_object(Bucket=bucket, Key=key)["Body"])["env"]["STAGE"]
    except s3.exceptions.NoSuchKey:
        return None


def broken(operation, text, **parameters):
    """Refused, with nothing changed by it."""
    before = described()
    refused(getattr(sagemaker, operation), "ValidationException", text, **parameters)
    after = described()
    for found in (before, after):
        del found["ResponseMetadata"]
    assert before == after, (before, after)


def desire(*wanted, **endpoint):
    return {**(endpoint or ENDPOINT), "DesiredWeightsAndCapacities": [
        {key: value for key, value in zip(("VariantName", "DesiredInstanceCount", "DesiredWeight"), one) if value is not None}
        for one in wanted
    ]}


for stage in ("one", "two", "three"):
    create_model(stage)
create_model("unstartable", image="unstartable")
create_config("first", "one")

# A new endpoint.
created = sagemaker.create_endpoint(**ENDPOINT, EndpointConfigName="first", Tags=[{"Key": "team", "Value": "readers"}])
assert created["EndpointArn"] == f"{ARN}:endpoint/changing", created
found = described()
assert found["EndpointStatus"] == "Creating" and found["EndpointName"] == "Changing", found
assert found["ProductionVariants"][0]["VariantStatus"][0]["Status"] == "Creating", found
assert isinstance(found["CreationTime"], datetime.datetime) and found["CreationTime"] <= found["LastModifiedTime"], found
for operation, parameters in {
    "delete_endpoint": ENDPOINT,
    "update_endpoint": {**ENDPOINT, "EndpointConfigName": "first"},
    "update_endpoint_weights_and_capacities": desire(("main", 2)),
}.items():
    refused(getattr(sagemaker, operation), "ValidationException", BUSY, **parameters)
settle()
assert answers(3) == {"one": 3}
assert sagemaker.list_tags(ResourceArn=created["EndpointArn"])["Tags"] == [{"Key": "team", "Value": "readers"}]
broken("create_endpoint", f'Cannot create already existing endpoint "{ARN}:endpoint/changing".',
       EndpointName="CHANGING", EndpointConfigName="first")
refused(runtime.invoke_endpoint_async, "ValidationError", "not found", EndpointName="changing", Body=b"?")

# Another model, with all traffic at once: the old one serves until the new one stands.
create_config("second", "two")
found = update("second")
assert found["EndpointStatus"] == "Updating" and found["EndpointConfigName"] == "first", found
pending = found["PendingDeploymentSummary"]
assert pending["EndpointConfigName"] == "second" and isinstance(pending["StartTime"], datetime.datetime), pending
assert pending["ProductionVariants"][0]["InstanceType"] == "ml.m5.xlarge", pending
for operation, parameters in {
    "delete_endpoint": ENDPOINT,
    "update_endpoint": {**ENDPOINT, "EndpointConfigName": "first"},
    "update_endpoint_weights_and_capacities": desire(("main", 2)),
}.items():
    refused(getattr(sagemaker, operation), "ValidationException", BUSY, **parameters)
# The new container is still starting.
assert answers() == {"one": 1}
found = settle()
assert found["EndpointConfigName"] == "second" and "FailureReason" not in found, found
assert found["LastModifiedTime"] > found["CreationTime"], found
assert answers(3) == {"two": 3}
wait_for("the old instance to go", lambda: counts() == {"main": (1, 1)})

# Counts and weights.
create_config("both", "one", "two")
update("both")
settle()
assert set(counts()) == {"main", "v1"}
assert set(answers(40)) == {"one", "two"}
sagemaker.update_endpoint_weights_and_capacities(**desire(("main", None, 3.0), ("v1", None, 0)))
settle()
assert weights() == {"main": 3.0, "v1": 0.0}
assert answers(20) == {"one": 20}
assert sagemaker.update_endpoint_weights_and_capacities(**desire(("v1", 2, 1.0)))["EndpointArn"]
settle()
wait_for("the second instance", lambda: counts() == {"main": (1, 1), "v1": (2, 2)})
shares = answers(80)
assert shares["one"] > shares["two"] > 0, shares
refuse = "update_endpoint_weights_and_capacities"
broken(refuse, 'The variant name(s) "v9" is/are not present within endpoint configuration "both".', **desire(("v9", 1)))
broken(refuse, 'The variant name "v1" was non-unique within the request.', **desire(("v1", 1), ("v1", 1)))
broken(refuse, "failed to satisfy constraint: Member must have value greater than or equal to 0", **desire(("v1", -1)))
broken(refuse, "failed to satisfy constraint: Member must have value greater than or equal to 0", **desire(("v1", None, -0.5)))
refused(sagemaker.update_endpoint_weights_and_capacities, "ValidationException", "Could not find endpoint",
        **desire(("v1", 1), EndpointName="nobody"))

# What an update keeps of what was set by hand.
create_config("kept", "one", "two")
update("kept", RetainAllVariantProperties=True)
settle()
assert weights() == {"main": 3.0, "v1": 1.0} and counts()["v1"][1] == 2, variants()
create_config("partly", "one", "two")
update("partly", RetainAllVariantProperties=True, ExcludeRetainedVariantProperties=[{"VariantPropertyType": "DesiredWeight"}])
settle()
assert weights() == {"main": 1.0, "v1": 1.0} and counts()["v1"][1] == 2, variants()
create_config("fresh", "one", "two")
update("fresh")
settle()
wait_for("the configuration's own counts", lambda: counts() == {"main": (1, 1), "v1": (1, 1)})

# Every way to roll out. A variant may go, too.
sagemaker.update_endpoint_weights_and_capacities(**desire(("main", 2)))
settle()
PERCENT = {"Type": "CAPACITY_PERCENT", "Value": 50}
cloudwatch.put_metric_alarm(
    AlarmName="errors", Namespace="Drill", MetricName="Errors", Statistic="Sum", Period=60, EvaluationPeriods=1,
    Threshold=1.0, ComparisonOperator="GreaterThanThreshold", TreatMissingData="ignore",
)
cloudwatch.set_alarm_state(AlarmName="errors", StateValue="OK", StateReason="a drill")
ALARMS = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}]}}
rollouts = {
    "at-once": {"BlueGreenUpdatePolicy": {
        "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0},
        "TerminationWaitInSeconds": 1, "MaximumExecutionTimeoutInSeconds": 1800}},
    "canary": {"BlueGreenUpdatePolicy": {
        "TrafficRoutingConfiguration": {"Type": "CANARY", "CanarySize": PERCENT, "WaitIntervalInSeconds": 1},
        "TerminationWaitInSeconds": 0}, **ALARMS},
    "linear": {"BlueGreenUpdatePolicy": {
        "TrafficRoutingConfiguration": {"Type": "LINEAR", "LinearStepSize": PERCENT, "WaitIntervalInSeconds": 1}}},
    "rolling": {"RollingUpdatePolicy": {
        "MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 50}, "WaitIntervalInSeconds": 0,
        "RollbackMaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 100}}, **ALARMS},
}
stages = {"at-once": "two", "canary": "three", "linear": "two", "rolling": "three"}
for name, deployment in rollouts.items():
    create_config(name, stages[name], InitialInstanceCount=2)
    assert update(name, DeploymentConfig=deployment)["EndpointStatus"] == "Updating"
    found = settle()
    assert found["EndpointConfigName"] == name and set(variants()) == {"main"}, found
    expect_same(deployment, found["LastDeploymentConfig"])
    assert answers(4) == {stages[name]: 4}
create_config("as-before", "two")
update("as-before", RetainDeploymentConfig=True)
assert settle()["LastDeploymentConfig"].get("RollingUpdatePolicy"), described()

# What does not start is rolled back, and said; the next good update takes that back.
create_config("bad", "unstartable")
update("bad")
found = settle()
assert found["EndpointConfigName"] == "as-before" and found["FailureReason"], found
assert answers(3) == {"two": 3}
create_config("good", "one")
update("good")
assert "FailureReason" not in settle()

# So is what an alarm speaks against.
create_config("alarmed", "two")
update("alarmed", DeploymentConfig={"BlueGreenUpdatePolicy": {
    "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}, "TerminationWaitInSeconds": 60}, **ALARMS})
cloudwatch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="a drill")
found = settle()
assert found["EndpointConfigName"] == "good" and "errors" in found["FailureReason"], found
assert answers(3) == {"one": 3}
cloudwatch.delete_alarms(AlarmNames=["errors"])

# Wrong updates.
broken("update_endpoint", f'Could not find endpoint configuration "{ARN}:endpoint-config/nobody".', **ENDPOINT,
       EndpointConfigName="nobody")
refused(sagemaker.update_endpoint, "ValidationException", f'Could not find endpoint "{ARN}:endpoint/nobody".',
        EndpointName="nobody", EndpointConfigName="good")
sagemaker.create_endpoint_config(EndpointConfigName="real-time", ProductionVariants=[
    {"VariantName": "main", "ModelName": "one", "InitialInstanceCount": 1, "InstanceType": "ml.m5.xlarge"}])
broken("update_endpoint", "cannot be deployed by Ebb yet", **ENDPOINT, EndpointConfigName="real-time")
blue_green, rolling = rollouts["canary"]["BlueGreenUpdatePolicy"], rollouts["rolling"]["RollingUpdatePolicy"]


def routed(**differences):
    return {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": {
        "Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0, **differences}}}


for what, deployment in {
    "both policies": {"BlueGreenUpdatePolicy": blue_green, "RollingUpdatePolicy": rolling},
    "a canary without a size": routed(Type="CANARY"),
    "a canary of more than half": routed(Type="CANARY", CanarySize={"Type": "CAPACITY_PERCENT", "Value": 51}),
    "a step of less than a tenth": routed(Type="LINEAR", LinearStepSize={"Type": "CAPACITY_PERCENT", "Value": 9}),
    "a step without steps": routed(Type="LINEAR"),
    "an odd type": routed(Type="SLOWLY"),
    "too long a wait": routed(WaitIntervalInSeconds=3601),
    "too short a limit": {"BlueGreenUpdatePolicy": {**blue_green, "MaximumExecutionTimeoutInSeconds": 599}},
    "a batch of less than a twentieth": {"RollingUpdatePolicy": {
        **rolling, "MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 4}}},
}.items():
    broken("update_endpoint", "", **ENDPOINT, EndpointConfigName="first", DeploymentConfig=deployment)
broken("update_endpoint", "failed to satisfy constraint: Member must satisfy enum value set: [", **ENDPOINT,
       EndpointConfigName="first", RetainAllVariantProperties=True,
       ExcludeRetainedVariantProperties=[{"VariantPropertyType": "Everything"}])

# A variant that is scaled keeps its name and its type.
target = {"ServiceNamespace": "sagemaker", "ResourceId": "endpoint/Changing/variant/main",
          "ScalableDimension": "sagemaker:variant:DesiredInstanceCount"}
scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=2)
create_config("other-type", "one", InstanceType="ml.g5.xlarge")
broken("update_endpoint", "", **ENDPOINT, EndpointConfigName="other-type")
sagemaker.create_endpoint_config(
    EndpointConfigName="other-name", AsyncInferenceConfig={"OutputConfig": {}},
    ProductionVariants=[{"VariantName": "other", "ModelName": "one", "InitialInstanceCount": 1, "InstanceType": "ml.m5.xlarge"}])
broken("update_endpoint", "", **ENDPOINT, EndpointConfigName="other-name")
update("first")
settle()

# One that never comes up.
create_config("never", "unstartable")
sagemaker.create_endpoint(EndpointName="never", EndpointConfigName="never")
try:
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName="never", WaiterConfig=OFTEN)
except WaiterError as error:
    assert 'we matched expected path: "Failed"' in str(error), error
else:
    raise AssertionError("an endpoint that cannot start came up")
assert described(EndpointName="never")["FailureReason"]
refused(sagemaker.update_endpoint, "ValidationException", "", EndpointName="never", EndpointConfigName="first")
found = sagemaker.list_endpoints(StatusEquals="Failed")["Endpoints"]
assert [endpoint["EndpointName"] for endpoint in found] == ["never"], found
names = [endpoint["EndpointName"] for page in sagemaker.get_paginator("list_endpoints").paginate(PaginationConfig={"PageSize": 1})
         for endpoint in page["Endpoints"]]
assert names == ["never", "Changing"], names

# The end, with what scaled it; configs and models may go first.
for config in sagemaker.list_endpoint_configs(MaxResults=100)["EndpointConfigs"]:
    sagemaker.delete_endpoint_config(EndpointConfigName=config["EndpointConfigName"])
for model in sagemaker.list_models(MaxResults=100)["Models"]:
    sagemaker.delete_model(ModelName=model["ModelName"])
assert answers() == {"one": 1}
for name in ("never", "Changing"):
    sagemaker.delete_endpoint(EndpointName=name)
    sagemaker.get_waiter("endpoint_deleted").wait(EndpointName=name, WaiterConfig=OFTEN)
    refused(sagemaker.describe_endpoint, "ValidationException", f'Could not find endpoint "{ARN}:endpoint/{name.lower()}".',
            EndpointName=name)
assert not scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
refused(runtime.invoke_endpoint_async, "ValidationError", "not found", **ENDPOINT, Body=b"?")
bucket = f"sagemaker-us-east-1-{ACCOUNT}"
boto3.resource("s3").Bucket(bucket).objects.all().delete()
s3.delete_bucket(Bucket=bucket)
print("walked")
