"""Fills benchtop's disk by way of S3, and reads again what was stored first."""

from __future__ import annotations

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

s3 = boto3.client("s3", config=Config(retries={"total_max_attempts": 1}))
s3.create_bucket(Bucket="small")
s3.put_object(Bucket="small", Key="first", Body=b"first")
try:
    for number in range(40):
        s3.put_object(Bucket="small", Key=f"{number}", Body=b"x" * (1 << 20))
except ClientError as no:
    print("refused:", no)
print("still there:", s3.get_object(Bucket="small", Key="first")["Body"].read())
