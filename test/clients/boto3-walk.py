"""Walks the asynchronous path with boto3, as AWS's own notebook does, and checks what comes back at every step."""

import json
import pathlib

import boto3

from steps import refused, wait_for

PAGES = pathlib.Path(__file__).parents[2] / "infra/images/ocr/pages"
TARGET = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "endpoint/Walk/variant/main",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}

s3 = boto3.client("s3")
sns = boto3.client("sns")
sqs = boto3.client("sqs")
sagemaker = boto3.client("sagemaker")
runtime = boto3.client("sagemaker-runtime")
scaling = boto3.client("application-autoscaling")


def instances():
    return sagemaker.describe_endpoint(EndpointName="Walk")["ProductionVariants"][0]["CurrentInstanceCount"]


def messages():
    received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
    for message in received:
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(message["Body"]) for message in received]


account = boto3.client("sts").get_caller_identity()["Account"]
assert account == "000000000000"
bucket = f"sagemaker-us-east-1-{account}"
s3.create_bucket(Bucket=bucket)
s3.put_object(Bucket=bucket, Key="in/letter.png", Body=(PAGES / "letter.png").read_bytes(), ContentType="image/png")
s3.put_object(Bucket=bucket, Key="in/no-page.png", Body=b"This is not a picture.")

topic = sns.create_topic(Name="results")["TopicArn"]
queue = sqs.create_queue(QueueName="results")["QueueUrl"]
queue_arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn, Attributes={"RawMessageDelivery": "true"})

sagemaker.create_model(
    ModelName="walk", ExecutionRoleArn=f"arn:aws:iam::{account}:role/any", PrimaryContainer={"Image": "ocr"}
)
sagemaker.create_endpoint_config(
    EndpointConfigName="walk",
    ProductionVariants=[
        {"VariantName": "main", "ModelName": "walk", "InitialInstanceCount": 1, "InstanceType": "ml.m5.xlarge"}
    ],
    AsyncInferenceConfig={
        "OutputConfig": {
            "S3OutputPath": f"s3://{bucket}/out",
            "S3FailurePath": f"s3://{bucket}/failed",
            "NotificationConfig": {"SuccessTopic": topic, "ErrorTopic": topic},
        },
        "ClientConfig": {"MaxConcurrentInvocationsPerInstance": 4},
    },
)
sagemaker.create_endpoint(EndpointName="Walk", EndpointConfigName="walk", Tags=[])
sagemaker.get_waiter("endpoint_in_service").wait(EndpointName="Walk", WaiterConfig={"Delay": 1, "MaxAttempts": 30})
scaling.register_scalable_target(**TARGET, MinCapacity=0, MaxCapacity=2)
wait_for("the endpoint to fall asleep", lambda: instances() == 0)
assert messages()[0]["eventName"] == "TestNotification"

refused(runtime.invoke_endpoint_async, "ValidationError", "Endpoint nobody of account 000000000000 not found.",
        EndpointName="nobody", InputLocation=f"s3://{bucket}/in/letter.png")
refused(runtime.invoke_endpoint_async, "ValidationError", "Exactly one of InputLocation and Body", EndpointName="Walk")
refused(runtime.invoke_endpoint, "ValidationError", "does not support this inference type",
        EndpointName="Walk", Body=b"x")
refused(sagemaker.create_model, "ValidationException", "Cannot create already existing model",
        ModelName="walk", PrimaryContainer={"Image": "ocr"})

accepted = runtime.invoke_endpoint_async(
    EndpointName="Walk", InputLocation=f"s3://{bucket}/in/letter.png", Accept="text/plain", InferenceId="letter 1"
)
assert accepted["ResponseMetadata"]["HTTPStatusCode"] == 202
assert accepted["InferenceId"] == "letter 1"
inline = runtime.invoke_endpoint_async(
    EndpointName="Walk", Body=(PAGES / "crate-label.png").read_bytes(), ContentType="image/png", Filename="label.json"
)
assert inline["OutputLocation"] == f"s3://{bucket}/out/label.json"
failing = runtime.invoke_endpoint_async(EndpointName="Walk", InputLocation=f"s3://{bucket}/in/no-page.png")

told = []
wait_for("three notifications", lambda: told.extend(messages()) or len(told) >= 3)
status = {message["inferenceId"]: message for message in told}
assert status["letter 1"]["invocationStatus"] == "Completed", status
assert status["letter 1"]["responseParameters"]["outputLocation"] == accepted["OutputLocation"]
assert status[failing["InferenceId"]]["invocationStatus"] == "Failed"
assert "Received client error (415) from model" in status[failing["InferenceId"]]["failureReason"]


def read(location):
    return s3.get_object(Bucket=bucket, Key=location.removeprefix(f"s3://{bucket}/"))


output = read(accepted["OutputLocation"])
assert output["ContentType"] == "text/plain; charset=utf-8"
assert b"never forgotten" in output["Body"].read()
assert "Crate 17 of 60" in " ".join(json.load(read(inline["OutputLocation"])["Body"])["text"].split())
assert "neither a PNG nor a JPEG" in json.load(read(failing["FailureLocation"])["Body"])["error"]

wait_for("the endpoint to fall asleep again", lambda: instances() == 0)


def ended_activities():
    found = scaling.describe_scaling_activities(**TARGET)["ScalingActivities"]
    return all(activity["StatusCode"] != "InProgress" for activity in found) and found


# An activity ends a moment after the instance that it was about.
activities = wait_for("the last activity to end", ended_activities)
assert {activity["StatusCode"] for activity in activities} == {"Successful"}, activities
assert len(activities) >= 3 and all(activity["Cause"] for activity in activities)

scaling.deregister_scalable_target(**TARGET)
sagemaker.delete_endpoint_config(EndpointConfigName="walk")
sagemaker.delete_endpoint(EndpointName="Walk")
sagemaker.get_waiter("endpoint_deleted").wait(EndpointName="Walk", WaiterConfig={"Delay": 1, "MaxAttempts": 30})
sagemaker.delete_model(ModelName="walk")
sns.delete_topic(TopicArn=topic)
sqs.delete_queue(QueueUrl=queue)
boto3.resource("s3").Bucket(bucket).objects.all().delete()
s3.delete_bucket(Bucket=bucket)
assert not s3.list_buckets()["Buckets"] and not sagemaker.list_endpoints()["Endpoints"]
print("walked")
