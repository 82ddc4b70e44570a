"""Makes, describes, lists, tags and deletes models and endpoint configs with boto3: every member, and much that is wrong."""

import datetime

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from steps import expect_same, refused

ACCOUNT = boto3.client("sts").get_caller_identity()["Account"]
ARN = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/service-role/any"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
VPC = {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1", "subnet-2"]}
TAGS = [{"Key": "team", "Value": "readers"}, {"Key": "cost center/é:1", "Value": ""}]

sagemaker = boto3.client("sagemaker")
# What boto3 itself would not send.
unchecked = boto3.client("sagemaker", config=Config(parameter_validation=False))
started = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=1)


def absent(described, *names):
    for name in names:
        assert name not in described, f"{name} is {described[name]!r}"


def expect_recent(moment):
    assert isinstance(moment, datetime.datetime) and moment.utcoffset() is not None, moment
    assert started <= moment <= datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=1), moment


def records():
    """The names of all that there is."""
    lists = (("list_models", "Models", "ModelName"),
             ("list_endpoint_configs", "EndpointConfigs", "EndpointConfigName"),
             ("list_endpoints", "Endpoints", "EndpointName"))
    return [
        {record[name] for page in sagemaker.get_paginator(operation).paginate() for record in page[key]}
        for operation, key, name in lists
    ]


def broken(operation, text, code="ValidationException", **parameters):
    """Refused, with nothing made or taken away by it."""
    before = records()
    message = refused(getattr(unchecked, operation), code, text, **parameters)
    assert records() == before, f"{operation} refused and changed something"
    return message


def violated(operation, path, value, constraint, **parameters):
    broken(operation, f"Value '{value}' at '{path}' failed to satisfy constraint: Member must {constraint}", **parameters)


assert records() == [set(), set(), set()]

# A model with every member that a container of one's own can have.
container = {
    "Image": "echo",
    "ImageConfig": {"RepositoryAccessMode": "Platform"},
    "Mode": "SingleModel",
    "ContainerHostname": "reader",
    "Environment": {"STAGE": "first", "EMPTY": "", "TEXT": "naïve — ½"},
    "ModelDataSource": {"S3DataSource": {
        "S3Uri": "s3://models/reader/", "S3DataType": "S3Prefix", "CompressionType": "None",
        "ModelAccessConfig": {"AcceptEula": True},
    }},
    "AdditionalModelDataSources": [{"ChannelName": "draft", "S3DataSource": {
        "S3Uri": "s3://models/draft.tar.gz", "S3DataType": "S3Object", "CompressionType": "Gzip",
    }}],
}
model = {"ModelName": "Reader", "PrimaryContainer": container, "ExecutionRoleArn": ROLE, "VpcConfig": VPC,
         "EnableNetworkIsolation": True}
made = sagemaker.create_model(**model, Tags=TAGS)
# The name keeps its case, the ARN does not.
assert made["ModelArn"] == f"{ARN}:model/reader", made
described = sagemaker.describe_model(ModelName="Reader")
expect_same({**model, "ModelArn": made["ModelArn"]}, described)
expect_recent(described["CreationTime"])
absent(described, "Containers", "InferenceExecutionConfig", "Tags")

# The least that one can be, and one of several containers.
sagemaker.create_model(ModelName="least", PrimaryContainer={"Image": "echo"})
described = sagemaker.describe_model(ModelName="least")
absent(described, "ExecutionRoleArn", "VpcConfig", "Containers", "InferenceExecutionConfig")
absent(described["PrimaryContainer"], "ModelDataUrl", "ModelDataSource", "ContainerHostname", "Environment")
pipeline = {
    "ModelName": "pipeline",
    "Containers": [{"Image": "echo", "ContainerHostname": f"step-{n}", "Environment": {"STEP": str(n)}} for n in (1, 2)],
    "InferenceExecutionConfig": {"Mode": "Serial"},
    "ExecutionRoleArn": ROLE,
}
sagemaker.create_model(**pipeline)
described = sagemaker.describe_model(ModelName="pipeline")
expect_same(pipeline, described)
absent(described, "PrimaryContainer")

# A config with every member that an asynchronous endpoint can have.
variant = {
    "VariantName": "main", "ModelName": "Reader", "InitialInstanceCount": 2, "InstanceType": "ml.g5.xlarge",
    "InitialVariantWeight": 0.25, "VolumeSizeInGB": 64, "ModelDataDownloadTimeoutInSeconds": 1200,
    "ContainerStartupHealthCheckTimeoutInSeconds": 900, "EnableSSMAccess": True,
    "InferenceAmiVersion": "al2-ami-sagemaker-inference-gpu-2",
    "RoutingConfig": {"RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS"},
    "ManagedInstanceScaling": {"Status": "ENABLED", "MinInstanceCount": 1, "MaxInstanceCount": 4},
    "CoreDumpConfig": {"DestinationS3Uri": "s3://models/dumps", "KmsKeyId": KEY},
}
config = {
    "EndpointConfigName": "Readers",
    "ProductionVariants": [variant, {"VariantName": "canary", "ModelName": "least", "InitialInstanceCount": 1,
                                     "InstanceType": "ml.m5.xlarge", "InitialVariantWeight": 0.0}],
    "KmsKeyId": KEY,
    "ExecutionRoleArn": ROLE,
    "VpcConfig": VPC,
    "EnableNetworkIsolation": True,
    "MetricsConfig": {"EnableEnhancedMetrics": True, "MetricPublishFrequencyInSeconds": 10},
    "AsyncInferenceConfig": {
        "ClientConfig": {"MaxConcurrentInvocationsPerInstance": 4},
        "OutputConfig": {
            "S3OutputPath": "s3://results/out", "S3FailurePath": "s3://results/failed", "KmsKeyId": KEY,
            "NotificationConfig": {
                "SuccessTopic": f"arn:aws:sns:us-east-1:{ACCOUNT}:done", "ErrorTopic": f"arn:aws:sns:us-east-1:{ACCOUNT}:failed",
                "IncludeInferenceResponseIn": ["SUCCESS_NOTIFICATION_TOPIC", "ERROR_NOTIFICATION_TOPIC"],
            },
        },
    },
}
made = sagemaker.create_endpoint_config(**config, Tags=TAGS)
assert made["EndpointConfigArn"] == f"{ARN}:endpoint-config/readers", made
described = sagemaker.describe_endpoint_config(EndpointConfigName="Readers")
expect_same({**config, **{"EndpointConfigArn": made["EndpointConfigArn"]}}, described)
expect_recent(described["CreationTime"])
absent(described, "DataCaptureConfig", "ExplainerConfig", "ShadowProductionVariants", "Tags")

# What is described can be sent again: the SDKs and the tools of infrastructure as code make the next config so.
again = {name: value for name, value in described.items()
         if name not in ("EndpointConfigArn", "CreationTime", "ResponseMetadata")}
sagemaker.create_endpoint_config(**{**again, "EndpointConfigName": "copy"})
expect_same({**again, "EndpointConfigName": "copy"}, sagemaker.describe_endpoint_config(EndpointConfigName="copy"))

# What cannot be deployed yet is kept as a record, and refused when it is to be deployed.
records_only = {
    "serverless": {"ProductionVariants": [
        {"VariantName": "main", "ModelName": "least", "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}]},
    "several": {"ProductionVariants": [{**variant, "ModelName": "pipeline"}]},
    "shadow": {"ProductionVariants": [variant], "ShadowProductionVariants": [{**variant, "VariantName": "shadow"}]},
    "pools": {"ProductionVariants": [
        {"VariantName": "main", "ModelName": "least", "InitialInstanceCount": 1,
         "InstancePools": [{"InstanceType": "ml.g5.xlarge", "Priority": 1}, {"InstanceType": "ml.m5.xlarge", "Priority": 2}]}]},
    "real-time": {"ProductionVariants": [variant]},
}
for name, members in records_only.items():
    asynchronous = {} if name == "real-time" else {"AsyncInferenceConfig": {"OutputConfig": {}}}
    sent = {"EndpointConfigName": name, **members, **asynchronous}
    sagemaker.create_endpoint_config(**sent)
    expect_same(sent, sagemaker.describe_endpoint_config(EndpointConfigName=name))
    broken("create_endpoint", "cannot be deployed by Ebb yet", EndpointName="never", EndpointConfigName=name)

# What exists already, and what does not.
broken("create_model", f'Cannot create already existing model "{ARN}:model/reader".', **model)
broken("create_endpoint_config", f'Cannot create already existing endpoint configuration "{ARN}:endpoint-config/readers".',
       **config)
for kind, path in (("model", "model"), ("endpoint_config", "endpoint-config"), ("endpoint", "endpoint")):
    words = kind.replace("endpoint_config", "endpoint configuration")
    name = {"model": "ModelName", "endpoint_config": "EndpointConfigName", "endpoint": "EndpointName"}[kind]
    for operation in (f"describe_{kind}", f"delete_{kind}"):
        broken(operation, f'Could not find {words} "{ARN}:{path}/nobody".', **{name: "Nobody"})
broken("create_endpoint", f'Could not find endpoint configuration "{ARN}:endpoint-config/nobody".',
       EndpointName="never", EndpointConfigName="nobody")
broken("create_endpoint_config", f'Could not find model "{ARN}:model/nobody".', EndpointConfigName="never",
       ProductionVariants=[{**variant, "ModelName": "nobody"}], AsyncInferenceConfig={"OutputConfig": {}})
broken("update_endpoint_weights_and_capacities", f'Could not find endpoint "{ARN}:endpoint/nobody".',
       EndpointName="nobody", DesiredWeightsAndCapacities=[{"VariantName": "main", "DesiredInstanceCount": 1}])

# Wrong models.
LONG = "x" * 64
for constraint, name in {
    "satisfy regular expression pattern": "under_score",
    "have length less than or equal to 63": LONG,
}.items():
    violated("create_model", "modelName", name, constraint, ModelName=name, PrimaryContainer={"Image": "echo"})
    violated("create_endpoint_config", "endpointConfigName", name, constraint, EndpointConfigName=name,
             ProductionVariants=[variant])
    violated("create_endpoint", "endpointName", name, constraint, EndpointName=name, EndpointConfigName="Readers")
for path, value, constraint, differences in (
    ("image", "a b", "satisfy regular expression pattern: [\\S]+", {"Image": "a b"}),
    ("image", "x" * 256, "have length less than or equal to 255", {"Image": "x" * 256}),
    ("image", "null", "not be null", {"Image": None}),
    ("mode", "Several", "satisfy enum value set: [", {"Mode": "Several"}),
    ("containerHostname", "-a", "satisfy regular expression pattern", {"ContainerHostname": "-a"}),
    ("imageConfig.repositoryAccessMode", "null", "not be null", {"ImageConfig": {}}),
    ("modelDataSource.s3DataSource.s3DataType", "null", "not be null",
     {"ModelDataSource": {"S3DataSource": {"S3Uri": "s3://inputs/b", "CompressionType": "None"}}}),
    ("modelDataSource.s3DataSource.compressionType", "Zip", "satisfy enum value set: [",
     {"ModelDataSource": {"S3DataSource": {"S3Uri": "s3://inputs/b", "S3DataType": "S3Object", "CompressionType": "Zip"}}}),
):
    violated("create_model", f"primaryContainer.{path}", value, constraint, ModelName="never",
             PrimaryContainer={"Image": "echo", **differences})
violated("create_model", "modelName", "null", "not be null", PrimaryContainer={"Image": "echo"})
violated("create_model", "executionRoleArn", "any-role-of-mine-here", "satisfy regular expression pattern",
         ModelName="never", PrimaryContainer={"Image": "echo"}, ExecutionRoleArn="any-role-of-mine-here")
message = broken("create_model", "2 validation errors detected: ", ModelName="a_b", PrimaryContainer={"Image": "c d"})
assert message.count("; ") == 1, message
for what, members in {
    "both": {"PrimaryContainer": {"Image": "echo"}, "Containers": [{"Image": "echo"}]},
    "neither": {},
    "data twice": {"PrimaryContainer": {**container, "ModelDataUrl": "s3://models/reader.tar.gz"}},
    "sixteen containers": {"Containers": [{"Image": "echo", "ContainerHostname": f"c{n}"} for n in range(16)]},
    "one name of two": {"Containers": [{"Image": "echo", "ContainerHostname": "a"}, {"Image": "echo"}]},
    "too much environment": {"PrimaryContainer": {"Image": "echo", "Environment": {f"K{n}": "x" * 1000 for n in range(40)}}},
    "a tag of AWS's": {"PrimaryContainer": {"Image": "echo"}, "Tags": [{"Key": "aws:mine", "Value": ""}]},
}.items():
    broken("create_model", "", ModelName="never", **members)

# Wrong configs.
for path, value, constraint, differences in (
    ("variantName", "a.b", "satisfy regular expression pattern", {"VariantName": "a.b"}),
    ("initialInstanceCount", "0", "have value greater than or equal to 1", {"InitialInstanceCount": 0}),
    ("initialVariantWeight", "-1", "have value greater than or equal to 0", {"InitialVariantWeight": -1}),
    ("volumeSizeInGB", "513", "have value less than or equal to 512", {"VolumeSizeInGB": 513}),
    ("modelDataDownloadTimeoutInSeconds", "59", "have value greater than or equal to 60",
     {"ModelDataDownloadTimeoutInSeconds": 59}),
    ("routingConfig.routingStrategy", "BEST", "satisfy enum value set: [", {"RoutingConfig": {"RoutingStrategy": "BEST"}}),
    ("managedInstanceScaling.maxInstanceCount", "0", "have value greater than or equal to 1",
     {"ManagedInstanceScaling": {"MaxInstanceCount": 0}}),
):
    violated("create_endpoint_config", f"productionVariants.1.member.{path}", value, constraint, EndpointConfigName="never",
             ProductionVariants=[{**variant, **differences}], AsyncInferenceConfig={"OutputConfig": {}})
for path, value, constraint, members in (
    ("outputConfig", "null", "not be null", {}),
    ("clientConfig.maxConcurrentInvocationsPerInstance", "1001", "have value less than or equal to 1000",
     {"OutputConfig": {}, "ClientConfig": {"MaxConcurrentInvocationsPerInstance": 1001}}),
    ("outputConfig.notificationConfig.successTopic", "done", "satisfy regular expression pattern",
     {"OutputConfig": {"NotificationConfig": {"SuccessTopic": "done"}}}),
):
    violated("create_endpoint_config", f"asyncInferenceConfig.{path}", value, constraint, EndpointConfigName="never",
             ProductionVariants=[variant], AsyncInferenceConfig=members)
capture = {"EnableCapture": True, "InitialSamplingPercentage": 100, "DestinationS3Uri": "s3://inputs/b",
           "CaptureOptions": [{"CaptureMode": "Input"}]}
for what, members in {
    "no variants": {"ProductionVariants": []},
    "eleven variants": {"ProductionVariants": [{**variant, "VariantName": f"v{n}"} for n in range(11)]},
    "a variant twice": {"ProductionVariants": [variant, variant]},
    "inference components": {"ProductionVariants": [{name: value for name, value in variant.items() if name != "ModelName"}]},
    "data capture": {"ProductionVariants": [variant], "DataCaptureConfig": capture},
    "an explainer": {"ProductionVariants": [variant], "ExplainerConfig": {"ClarifyExplainerConfig": {"ShapConfig": {
        "ShapBaselineConfig": {"MimeType": "text/csv", "ShapBaseline": "1,2"}}}}},
}.items():
    broken("create_endpoint_config", "", EndpointConfigName="never", AsyncInferenceConfig={"OutputConfig": {}}, **members)

# Tags.
arn = f"{ARN}:model/reader"
assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == TAGS
assert sagemaker.list_tags(ResourceArn=f"{ARN}:endpoint-config/readers", MaxResults=50)["Tags"] == TAGS
added = sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "writers"}, {"Key": "Team", "Value": "1"}])["Tags"]
assert {"Key": "team", "Value": "writers"} in added and {"Key": "Team", "Value": "1"} in added, added
sagemaker.delete_tags(ResourceArn=arn, TagKeys=["Team", "cost center/é:1", "never there"])
assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "writers"}]
for n in range(49):
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": f"k{n}", "Value": ""}])
broken("add_tags", "", ResourceArn=arn, Tags=[{"Key": "one too many", "Value": ""}])
broken("add_tags", "", ResourceArn=arn, Tags=[{"Key": "aws:mine", "Value": ""}])
broken("list_tags", "", ResourceArn=f"{ARN}:model/nobody")
broken("list_tags", "", ResourceArn="no ARN at all")
tags = [tag for page in sagemaker.get_paginator("list_tags").paginate(ResourceArn=arn) for tag in page["Tags"]]
assert len(tags) == 50, tags

# Lists.
for n in range(12):
    sagemaker.create_model(ModelName=f"Many-{n:02}", PrimaryContainer={"Image": "echo"})


def models(**listing):
    pages = sagemaker.get_paginator("list_models").paginate(**listing, PaginationConfig={"PageSize": 5})
    return [[found["ModelName"] for found in page["Models"]] for page in pages]


many = [f"Many-{n:02}" for n in range(12)]
assert models(NameContains="Many", SortBy="Name", SortOrder="Ascending") == [many[:5], many[5:10], many[10:]]
assert models(NameContains="Many") == [many[:6:-1], many[6:1:-1], many[1::-1]], models(NameContains="Many")
assert models(NameContains="Many", CreationTimeAfter=datetime.datetime.now() + datetime.timedelta(hours=1)) == [[]]
assert len(sum(models(CreationTimeBefore=datetime.datetime.now() + datetime.timedelta(hours=1)), [])) == 15
page = sagemaker.list_models()
assert len(page["Models"]) == 10 and page["NextToken"], page
assert sagemaker.get_paginator("list_models").paginate(PaginationConfig={"MaxItems": 3}).build_full_result()["Models"]
violated("list_models", "maxResults", "101", "have value less than or equal to 100", MaxResults=101)
violated("list_models", "sortBy", "Age", "satisfy enum value set: [", SortBy="Age")
violated("list_endpoints", "statusEquals", "Asleep", "satisfy enum value set: [", StatusEquals="Asleep")
broken("list_models", "", NextToken="nothing of yours")

# Operations that there are not.
try:
    sagemaker.list_training_jobs()
except ClientError as error:
    assert error.response["Error"]["Code"] == "UnknownOperationException", error.response
else:
    raise AssertionError("ListTrainingJobs was accepted")

# A config may go before its endpoint and a model before its config; nobody asks who uses them.
for name in records()[0]:
    sagemaker.delete_model(ModelName=name)
for name in records()[1]:
    sagemaker.delete_endpoint_config(EndpointConfigName=name)
broken("list_tags", "", ResourceArn=arn)
assert records() == [set(), set(), set()]
print("walked")
