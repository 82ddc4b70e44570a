"""Walks an endpoint with the resource objects that version 3 of the SageMaker Python SDK is made of."""

import json
import logging

import boto3
from botocore.exceptions import ClientError
from sagemaker_core.main.resources import Endpoint, EndpointConfig, Model
from sagemaker_core.main.shapes import (
    AsyncInferenceClientConfig, AsyncInferenceConfig, AsyncInferenceOutputConfig, BlueGreenUpdatePolicy, CapacitySize,
    ContainerDefinition, DeploymentConfig, DesiredWeightAndCapacity, ProductionVariant, Tag, TrafficRoutingConfig,
)

logging.disable(logging.WARNING)
ROLE = "arn:aws:iam::000000000000:role/any"
BUCKET = "core-results"
s3 = boto3.client("s3")
s3.create_bucket(Bucket=BUCKET)


def configure(name, model):
    return EndpointConfig.create(
        endpoint_config_name=name,
        production_variants=[ProductionVariant(
            variant_name="main", model_name=model, initial_instance_count=1, instance_type="ml.m5.xlarge",
            initial_variant_weight=1.0,
        )],
        async_inference_config=AsyncInferenceConfig(
            client_config=AsyncInferenceClientConfig(max_concurrent_invocations_per_instance=4),
            output_config=AsyncInferenceOutputConfig(s3_output_path=f"s3://{BUCKET}/out", s3_failure_path=f"s3://{BUCKET}/failed"),
        ),
    )


def answer():
    """Which container answered."""
    s3.put_object(Bucket=BUCKET, Key="in", Body=b"?")
    location = endpoint.invoke_async(input_location=f"s3://{BUCKET}/in", custom_attributes="describe").output_location
    key = location.removeprefix(f"s3://{BUCKET}/")
    s3.get_waiter("object_exists").wait(Bucket=BUCKET, Key=key, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    return json.load(s3.get_object(Bucket=BUCKET, Key=key)["Body"])["env"]["STAGE"]


for stage in ("first", "second"):
    model = Model.create(
        model_name=stage, execution_role_arn=ROLE, tags=[Tag(key="team", value="readers")],
        primary_container=ContainerDefinition(image="echo", environment={"STAGE": stage}),
    )
    assert model.model_arn.endswith(f":model/{stage}") and model.primary_container.image == "echo", model
    config = configure(stage, stage)
    assert config.async_inference_config.client_config.max_concurrent_invocations_per_instance == 4, config
Model.create(model_name="unstartable", primary_container=ContainerDefinition(image="unstartable"))
configure("unstartable", "unstartable")

endpoint = Endpoint.create(endpoint_name="Core", endpoint_config_name="first", tags=[Tag(key="team", value="readers")])
assert endpoint.endpoint_status == "Creating" and endpoint.creation_time.tzinfo, endpoint
endpoint.wait_for_status("InService", poll=1, timeout=60)
assert answer() == "first"

endpoint.endpoint_config_name = "second"
endpoint.update(deployment_config=DeploymentConfig(blue_green_update_policy=BlueGreenUpdatePolicy(
    traffic_routing_configuration=TrafficRoutingConfig(
        type="LINEAR", wait_interval_in_seconds=1, linear_step_size=CapacitySize(type="CAPACITY_PERCENT", value=50)),
    termination_wait_in_seconds=0,
)))
endpoint.wait_for_status("InService", poll=1, timeout=60)
assert endpoint.endpoint_config_name == "second", endpoint
assert endpoint.last_deployment_config.blue_green_update_policy.traffic_routing_configuration.type == "LINEAR", endpoint
assert answer() == "second"
endpoint.update_weights_and_capacities([DesiredWeightAndCapacity(variant_name="main", desired_instance_count=2)])
endpoint.wait_for_status("InService", poll=1, timeout=60)
assert endpoint.production_variants[0].desired_instance_count == 2, endpoint
endpoint.endpoint_config_name = "unstartable"
endpoint.update()
endpoint.wait_for_status("InService", poll=1, timeout=60)
assert endpoint.endpoint_config_name == "second" and endpoint.failure_reason, endpoint
assert answer() == "second"

assert [found.endpoint_name for found in Endpoint.get_all(status_equals="InService")] == ["Core"]
assert sorted(found.model_name for found in Model.get_all()) == ["first", "second", "unstartable"]
endpoint.delete()
endpoint.wait_for_delete(poll=1, timeout=60)
try:
    Endpoint.get("Core")
except ClientError as error:
    assert error.response["Error"]["Code"] == "ValidationException", error
else:
    raise AssertionError("the endpoint is still there")
for config in list(EndpointConfig.get_all()):
    config.delete()
for model in list(Model.get_all()):
    model.delete()
assert not list(Model.get_all()) and not list(EndpointConfig.get_all()) and not list(Endpoint.get_all())
boto3.resource("s3").Bucket(BUCKET).objects.all().delete()
s3.delete_bucket(Bucket=BUCKET)
# What waits draws a box and does not end its last line.
print("\nwalked")
