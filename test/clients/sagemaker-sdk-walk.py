"""
Deploys, invokes, updates and deletes an asynchronous endpoint with the SageMaker Python SDK, version 2, as its guide does.

Of the environment it needs an address, a region and any credentials. The SDK calls STS at an address that is written into
it whenever it has to guess a role or a bucket, so the role comes as an ARN and the bucket by name.
"""

import io
import json
import logging
import os
import sys
import tarfile
import tempfile
import time

import boto3
import sagemaker
from botocore.exceptions import ClientError
from sagemaker.async_inference import AsyncInferenceConfig, WaiterConfig
from sagemaker.deserializers import JSONDeserializer
from sagemaker.exceptions import (
    AsyncInferenceModelError, ObjectNotExistedError, PollingTimeoutError, UnexpectedStatusException,
)
from sagemaker.model import Model
from sagemaker.predictor import Predictor
from sagemaker.predictor_async import AsyncPredictor
from sagemaker.serializers import JSONSerializer

from steps import wait_for

# Its warnings are about itself; what it reports of a failed update is looked for below.
logging.disable(logging.ERROR)

BUCKET = "models-and-results"
ROLE = "arn:aws:iam::000000000000:role/service-role/any"
MINUTE = WaiterConfig(max_attempts=60, delay=1)

started = time.monotonic()
session = sagemaker.Session(boto_session=boto3.Session(), default_bucket=BUCKET)
client, s3, sns, sqs = session.sagemaker_client, *(boto3.client(name) for name in ("s3", "sns", "sqs"))


def step(sentence):
    print(f"{time.monotonic() - started:5.1f} s  {sentence}")


def raised(kind, text, call, *arguments, **parameters):
    try:
        call(*arguments, **parameters)
    except kind as error:
        assert text in str(error), error
        return error
    raise AssertionError(f"no {kind.__name__}")


def deployed(model, **parameters):
    """Waits with the SDK's own loop, which without a word looks every 30 seconds."""
    predictor = model.deploy(
        initial_instance_count=1, instance_type="ml.m5.xlarge", wait=False,
        serializer=JSONSerializer(), deserializer=JSONDeserializer(), **parameters,
    )
    session.wait_for_endpoint(model.endpoint_name, poll=0.2)
    return predictor


def archive(**files):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    return packed.getvalue()


def messages():
    received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
    for message in received:
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(message["Body"]) for message in received]


# The bucket comes into being with the first upload.
with tempfile.TemporaryDirectory() as folder:
    with open(f"{folder}/model.tar.gz", "wb") as file:
        file.write(archive(weights="0.1 0.2"))
    model_data = session.upload_data(f"{folder}/model.tar.gz", key_prefix="model")
assert model_data == f"s3://{BUCKET}/model/model.tar.gz", model_data

topic = sns.create_topic(Name="sdk")["TopicArn"]
queue = sqs.create_queue(QueueName="sdk")["QueueUrl"]
queue_arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn, Attributes={"RawMessageDelivery": "true"})

step("deploy")
model = Model(
    image_uri="echo", model_data=model_data, role=ROLE, name="sdk-model", env={"STAGE": "first"},
    predictor_cls=Predictor, sagemaker_session=session,
)
predictor = deployed(
    model,
    endpoint_name="Sdk-Endpoint",
    tags={"team": "readers"},
    volume_size=32,
    model_data_download_timeout=600,
    container_startup_health_check_timeout=600,
    async_inference_config=AsyncInferenceConfig(
        output_path=f"s3://{BUCKET}/out",
        failure_path=f"s3://{BUCKET}/failed",
        max_concurrent_invocations_per_instance=4,
        notification_config={"SuccessTopic": topic, "ErrorTopic": topic},
    ),
)
assert isinstance(predictor, AsyncPredictor), predictor
described = client.describe_endpoint_config(EndpointConfigName="Sdk-Endpoint")
(variant,) = described["ProductionVariants"]
assert variant["VariantName"] == "AllTraffic" and variant["InitialVariantWeight"] == 1.0, variant
assert variant["VolumeSizeInGB"] == 32 and variant["ContainerStartupHealthCheckTimeoutInSeconds"] == 600, variant
assert session.list_tags(described["EndpointConfigArn"]) == [{"Key": "team", "Value": "readers"}]

step("predict_async")
response = predictor.predict_async(data={"page": 1}, inference_id="page 1")
assert response.get_result(MINUTE) == {"page": 1}
assert response.output_path.startswith(f"s3://{BUCKET}/out/") and response.failure_path.startswith(f"s3://{BUCKET}/failed/")

# An input that is there already; the answer tells what the container was given.
s3.put_object(Bucket=BUCKET, Key="in/page.json", Body=b'{"page": 2}', ContentType="application/json")
response = predictor.predict_async(
    input_path=f"s3://{BUCKET}/in/page.json", initial_args={"CustomAttributes": "describe"}
)
told = response.get_result(MINUTE)
assert told["modelFiles"] == ["weights"] and told["env"]["STAGE"] == "first", told
assert told["headers"]["content-type"] == "application/json" and told["headers"]["accept"] == "application/json", told

# Without a waiter the result is there or it is not.
response = predictor.predict_async(data=3, initial_args={"CustomAttributes": "delayMs=1500"})
raised(ObjectNotExistedError, "Inference could still be running", response.get_result)
raised(PollingTimeoutError, "after polling for 1 seconds", response.get_result, WaiterConfig(max_attempts=1, delay=1))
assert response.get_result(MINUTE) == 3
assert response.get_result() == 3

# The call that waits, with the data uploaded to an address of one's own.
assert predictor.predict(data=[4], input_path=f"s3://{BUCKET}/in/4.json", waiter_config=MINUTE) == [4]
assert s3.get_object(Bucket=BUCKET, Key="in/4.json")["Body"].read() == b"[4]"

step("a failing invocation")
response = predictor.predict_async(data={"error": "no such page"}, initial_args={"CustomAttributes": "status=500"})
error = raised(AsyncInferenceModelError, "Model returned error", response.get_result, MINUTE)
failure = {"error": "no such page"}
assert error.kwargs["message"] == failure, error
assert raised(AsyncInferenceModelError, "", response.get_result).kwargs["message"] == failure
heard = []
wait_for("the failure's notification",
         lambda: heard.extend(messages()) or any(message.get("invocationStatus") == "Failed" for message in heard))
(failed,) = [message for message in heard if message.get("invocationStatus") == "Failed"]
assert "Received server error (500) from model" in failed["failureReason"], failed
assert any(message.get("inferenceId") == "page 1" for message in heard), heard

step("what exists already")
# A model by that name is taken as it is.
model.create(instance_type="ml.m5.xlarge")
same = Model(image_uri="echo", role=ROLE, name="sdk-model", predictor_cls=Predictor, sagemaker_session=session)
raised(ClientError, 'Cannot create already existing endpoint configuration "arn:aws:sagemaker:us-east-1:000000000000:'
       'endpoint-config/sdk-endpoint".', deployed, same, endpoint_name="Sdk-Endpoint",
       async_inference_config=AsyncInferenceConfig(output_path=f"s3://{BUCKET}/out", failure_path=f"s3://{BUCKET}/failed"))
raised(ClientError, 'Cannot create already existing endpoint "arn:aws:sagemaker:us-east-1:000000000000:'
       'endpoint/sdk-endpoint".', session.create_endpoint, "Sdk-Endpoint", "Sdk-Endpoint", wait=False)
raised(ClientError, 'Could not find endpoint "arn:aws:sagemaker:us-east-1:000000000000:endpoint/nobody".',
       session.wait_for_endpoint, "nobody", poll=0)
raised(ValueError, "Endpoint with name 'nobody' does not exist", session.update_endpoint, "nobody", "Sdk-Endpoint")

step("update_endpoint")


def stage():
    response = predictor.predict_async(data="?", initial_args={"CustomAttributes": "describe"})
    return response.get_result(MINUTE)["env"]["STAGE"]


def updated(**parameters):
    """Like `deployed`, and says what is described afterwards."""
    predictor.update_endpoint(wait=False, **parameters)
    try:
        return session.wait_for_endpoint("Sdk-Endpoint", poll=0.2)
    except UnexpectedStatusException as error:
        # Which the SDK takes for an end, if it happens to look at that moment.
        assert error.actual_status == "RollingBack", error
        return wait_for("the way back", lambda: in_service(client.describe_endpoint(EndpointName="Sdk-Endpoint")))


def in_service(found):
    return found if found["EndpointStatus"] == "InService" else None


# With nothing new the SDK sends again what was described to it, tags included, under another name.
found = updated()
assert found["EndpointConfigName"].startswith("Sdk-Endpoint-"), found
copied = client.describe_endpoint_config(EndpointConfigName=found["EndpointConfigName"])
for name in ("ProductionVariants", "AsyncInferenceConfig"):
    assert copied[name] == described[name], (copied, described)
assert session.list_tags(copied["EndpointConfigArn"]) == [{"Key": "team", "Value": "readers"}]
assert stage() == "first"

second = Model(image_uri="echo", role=ROLE, name="sdk-second", env={"STAGE": "second"}, sagemaker_session=session)
second.create(instance_type="ml.m5.xlarge")
found = updated(initial_instance_count=2, instance_type="ml.m5.large", model_name="sdk-second", tags={"team": "writers"})
assert found["ProductionVariants"][0]["DesiredInstanceCount"] == 2, found
assert stage() == "second"

# What cannot start is rolled back, which to the SDK is success: the reason is in what it gives back.
broken = Model(image_uri="unstartable", role=ROLE, name="broken", predictor_cls=Predictor, sagemaker_session=session)
broken.create(instance_type="ml.m5.xlarge")
configured = found["EndpointConfigName"]
found = updated(initial_instance_count=1, instance_type="ml.m5.large", model_name="broken")
assert found["EndpointConfigName"] == configured and found["FailureReason"], found
assert stage() == "second"
predictor = AsyncPredictor(Predictor(
    "Sdk-Endpoint", sagemaker_session=session, serializer=JSONSerializer(), deserializer=JSONDeserializer(),
))
raised(ClientError, 'Could not find model "arn:aws:sagemaker:us-east-1:000000000000:model/nobody".',
       predictor.update_endpoint, initial_instance_count=1, instance_type="ml.m5.large", model_name="nobody")
assert stage() == "second"

step("paths that the SDK chooses, and an endpoint that cannot start")
error = raised(UnexpectedStatusException, "Error hosting endpoint broken: Failed. Reason: ", deployed, broken,
               endpoint_name="broken", async_inference_config=AsyncInferenceConfig())
chosen = client.describe_endpoint_config(EndpointConfigName="broken")["AsyncInferenceConfig"]["OutputConfig"]
assert chosen["S3OutputPath"].startswith(f"s3://{BUCKET}/async-endpoint-outputs/broken-"), chosen
assert chosen["S3FailurePath"].startswith(f"s3://{BUCKET}/async-endpoint-failures/broken-"), chosen
session.delete_endpoint("broken")
session.delete_endpoint_config("broken")
session.delete_model("broken")

step("delete")
predictor = AsyncPredictor(Predictor("Sdk-Endpoint", sagemaker_session=session))
predictor.delete_model()
predictor.delete_endpoint()
client.get_waiter("endpoint_deleted").wait(EndpointName="Sdk-Endpoint", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
raised(ClientError, "Could not find endpoint", predictor.update_endpoint)

assert [found["ModelName"] for found in client.list_models()["Models"]] == ["sdk-model"], client.list_models()
session.delete_model("sdk-model")
# The configs of the updates before stay, as they do with SageMaker.
for found in client.list_endpoint_configs()["EndpointConfigs"]:
    session.delete_endpoint_config(found["EndpointConfigName"])
assert not client.list_endpoints()["Endpoints"], client.list_endpoints()
sns.delete_topic(TopicArn=topic)
sqs.delete_queue(QueueUrl=queue)
boto3.resource("s3").Bucket(BUCKET).objects.all().delete()
s3.delete_bucket(Bucket=BUCKET)
print("walked")
# The SDK's waiter looks for the output and for the failure in two threads, of which the loser looks on to its end.
sys.stdout.flush()
os._exit(0)
