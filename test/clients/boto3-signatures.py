"""Calls every service with boto3, signed in every right and wrong way, on an Ebb that nobody gets into without a key."""

import datetime
import io
import urllib.error
import urllib.request

import boto3
import botocore.auth
from botocore.config import Config

from steps import refused

BUCKET = "signed"
session = boto3.Session()
MATCH = "the request signature we calculated does not match the signature you provided"


def calls(**settings):
    """One call of every service; whatever it answers, it has been let in."""
    client = lambda name: session.client(name, **settings)
    return {
        "s3": client("s3").list_buckets,
        "sns": client("sns").list_topics,
        "sqs": client("sqs").list_queues,
        "sts": client("sts").get_caller_identity,
        "sagemaker": client("sagemaker").list_models,
        "application-autoscaling": lambda: client("application-autoscaling").describe_scalable_targets(
            ServiceNamespace="sagemaker"
        ),
        "cloudwatch": client("cloudwatch").list_metrics,
    }


def refused_everywhere(expected, **settings):
    for name, call in calls(**settings).items():
        code, text = expected[name] if name in expected else expected["others"]
        refused(call, code, text)
    code, text = expected["sagemaker-runtime"] if "sagemaker-runtime" in expected else expected["others"]
    runtime = session.client("sagemaker-runtime", **settings)
    refused(runtime.invoke_endpoint_async, code, text, EndpointName="none", InputLocation="s3://inputs/b")


def answer_to(url, method="GET", body=None, headers=None):
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


class Clock:
    """Shifts the clock that boto3 signs by."""

    def __init__(self, minutes):
        self.shift = datetime.timedelta(minutes=minutes)

    def __enter__(self):
        self.original = botocore.auth.get_current_datetime
        botocore.auth.get_current_datetime = lambda *rest, **more: self.original(*rest, **more) + self.shift

    def __exit__(self, *_):
        botocore.auth.get_current_datetime = self.original


# Right.
for call in calls().values():
    call()
runtime = session.client("sagemaker-runtime")
refused(
    runtime.invoke_endpoint_async, "ValidationError", "not found", EndpointName="none", InputLocation="s3://inputs/b"
)
s3 = session.client("s3")
s3.create_bucket(Bucket=BUCKET)
s3.put_object(Bucket=BUCKET, Key="a b/ü+~", Body=b"content", Metadata={"two": "a  b"})
assert s3.get_object(Bucket=BUCKET, Key="a b/ü+~")["Body"].read() == b"content"
s3.upload_fileobj(io.BytesIO(b"a" * 9_000_000), BUCKET, "in parts")
assert s3.head_object(Bucket=BUCKET, Key="in parts")["ContentLength"] == 9_000_000
assert [each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET, Prefix="a b/")["Contents"]] == ["a b/ü+~"]

# Wrong secret, unknown key.
mismatch = {
    "others": ("SignatureDoesNotMatch", MATCH),
    "sagemaker": ("InvalidSignatureException", MATCH),
    "sagemaker-runtime": ("InvalidSignatureException", MATCH),
    "application-autoscaling": ("InvalidSignatureException", MATCH),
}
refused_everywhere(mismatch, aws_access_key_id=session.get_credentials().access_key, aws_secret_access_key="wrong")
token = "the security token included in the request is invalid"
unknown = {
    "s3": ("InvalidAccessKeyId", "does not exist in our records"),
    "others": ("InvalidClientTokenId", token),
    "sagemaker": ("UnrecognizedClientException", token),
    "sagemaker-runtime": ("UnrecognizedClientException", token),
    "application-autoscaling": ("UnrecognizedClientException", token),
}
refused_everywhere(unknown, aws_access_key_id="AKIANOBODY", aws_secret_access_key="any")

# Too old, too early.
for minutes, text in ((-20, "signature expired"), (20, "signature not yet current")):
    with Clock(minutes):
        skewed = {
            "s3": ("RequestTimeTooSkewed", "difference between the request time and the current time is too large"),
            "others": ("SignatureDoesNotMatch", text),
            "sagemaker": ("InvalidSignatureException", text),
            "sagemaker-runtime": ("InvalidSignatureException", text),
            "application-autoscaling": ("InvalidSignatureException", text),
        }
        # botocore would set its clock and try again.
        refused_everywhere(skewed, config=Config(retries={"total_max_attempts": 1}))

# Sent again: while it is fresh, as to AWS, and no more once it is old.
sent = []
s3.meta.events.register("before-send.s3.PutObject", lambda request, **_: sent.append(request))
s3.put_object(Bucket=BUCKET, Key="replayed", Body=b"once")
with Clock(-20):
    refused(s3.put_object, "RequestTimeTooSkewed", "too large", Bucket=BUCKET, Key="replayed", Body=b"once")
fresh, old = sent[0], sent[-1]
headers = lambda request: {
    name: value.decode() if isinstance(value, bytes) else value
    for name, value in request.headers.items()
    if name.lower() != "expect"
}
assert answer_to(fresh.url, "PUT", b"once", headers(fresh))[0] == 200
assert b"XAmzContentSHA256Mismatch" in answer_to(fresh.url, "PUT", b"more", headers(fresh))[1]
assert b"RequestTimeTooSkewed" in answer_to(old.url, "PUT", b"once", headers(old))[1]

# Presigned, as boto3 does by itself, and with today's signature.
for client in (s3, session.client("s3", config=Config(signature_version="s3v4"))):
    presign = lambda operation, seconds=60, **more: client.generate_presigned_url(
        operation, Params={"Bucket": BUCKET, "Key": "presigned", **more}, ExpiresIn=seconds
    )
    upload = presign("put_object", ContentType="text/x-mine")
    assert answer_to(upload, "PUT", b"presigned", {"Content-Type": "text/x-mine"})[0] == 200
    assert b"SignatureDoesNotMatch" in answer_to(upload, "PUT", b"x", {"Content-Type": "text/x-other"})[1]
    download = presign("get_object", ResponseContentType="text/x-shown")
    assert answer_to(download) == (200, b"presigned")
    for changed in (download.replace("presigned", "replayed"), download.replace("x-shown", "x-other")):
        status, document = answer_to(changed)
        assert status == 403 and b"<Code>SignatureDoesNotMatch</Code>" in document, document
    status, document = answer_to(download.replace(session.get_credentials().access_key, "AKIANOBODY"))
    assert status == 403 and b"<Code>InvalidAccessKeyId</Code>" in document, document
    expired = presign("get_object", -1 if client is s3 else 0)
    status, document = answer_to(expired)
    assert status == 403 and b"<Message>Request has expired</Message>" in document, document
    # The parameters of one signature do not lengthen the other.
    day = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    other = f"&X-Amz-Signature=0&X-Amz-Date={day}&X-Amz-Expires=600" if client is s3 else "&Signature=0&Expires=9999999999"
    assert answer_to(expired + other)[0] in (400, 403)

# Temporary credentials.
role = {"RoleArn": "arn:aws:iam::000000000000:role/any", "RoleSessionName": "me"}
given = session.client("sts").assume_role(**role)["Credentials"]
temporary = {
    "aws_access_key_id": given["AccessKeyId"],
    "aws_secret_access_key": given["SecretAccessKey"],
    "aws_session_token": given["SessionToken"],
}
for call in calls(**temporary).values():
    call()
url = session.client("s3", **temporary).generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "replayed"})
assert answer_to(url) == (200, b"once")
refused_everywhere(
    {**unknown, "s3": ("InvalidToken", "malformed or otherwise invalid")}, **{**temporary, "aws_session_token": "none"}
)

print("walked")
