"""Walks an S3 address with boto3 as its users' code does; exits non-zero at the first thing that is not as in S3."""

import io
import os
import sys
import urllib.request

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.client import Config
from botocore.exceptions import ClientError

MIB = 1024 * 1024
BUCKET = "sagemaker-us-east-1-000000000000"


def code_of(call, **arguments):
    """The error code that the call fails with."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def walk(s3, bucket):
    assert code_of(s3.meta.client.head_bucket, Bucket=bucket) == "404"
    s3.create_bucket(Bucket=bucket)
    s3.create_bucket(Bucket=bucket)
    client = s3.meta.client
    assert client.get_bucket_location(Bucket=bucket)["LocationConstraint"] is None
    assert bucket in [found.name for found in s3.buckets.all()]

    # As the SageMaker SDK uploads, waits and reads.
    client.put_object(
        Body=b"1,2,3\n", Bucket=bucket, Key="in/a.csv", ContentType="text/csv", ExpectedBucketOwner="0" * 12
    )
    client.get_waiter("object_exists").wait(Bucket=bucket, Key="in/a.csv")
    found = client.get_object(Bucket=bucket, Key="in/a.csv")
    assert (found["Body"].read(), found["ContentType"]) == (b"1,2,3\n", "text/csv")
    assert code_of(client.get_object, Bucket=bucket, Key="out/none") == "NoSuchKey"

    # Beyond 8 MiB the transfer manager cuts uploads into parts and downloads into ranges.
    content = os.urandom(9 * MIB + 7)
    for algorithm in [None, "SHA256"]:
        extra = {"ChecksumAlgorithm": algorithm} if algorithm else {}
        key = f"big/{algorithm}"
        client.upload_fileobj(io.BytesIO(content), bucket, key, ExtraArgs={"Metadata": {"a": "b"}, **extra})
        received = io.BytesIO()
        client.download_fileobj(bucket, key, received)
        assert received.getvalue() == content
        assert client.head_object(Bucket=bucket, Key=key)["Metadata"] == {"a": "b"}

    parts = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)
    client.copy({"Bucket": bucket, "Key": "big/None"}, bucket, "big/copy of ü", Config=parts)
    assert client.head_object(Bucket=bucket, Key="big/copy of ü")["ContentLength"] == len(content)

    keys = [found.key for found in s3.Bucket(bucket).objects.filter(Prefix="big/").page_size(2)]
    assert keys == ["big/None", "big/SHA256", "big/copy of ü"], keys

    url = client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "in/a.csv"}, ExpiresIn=60)
    assert urllib.request.urlopen(url).read() == b"1,2,3\n"
    assert code_of(client.delete_bucket, Bucket=bucket) == "BucketNotEmpty"
    s3.Bucket(bucket).objects.all().delete()
    s3.Bucket(bucket).delete()
    assert code_of(client.head_bucket, Bucket=bucket) == "404"


def main(address):
    credentials = {"aws_access_key_id": "any", "aws_secret_access_key": "any", "region_name": "us-east-1"}
    for signature in ["s3v4", "s3"]:
        config = Config(signature_version=signature, retries={"total_max_attempts": 1})
        walk(boto3.resource("s3", endpoint_url=address, config=config, **credentials), BUCKET)


main(sys.argv[1])
