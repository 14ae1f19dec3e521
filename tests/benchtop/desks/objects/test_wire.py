"""S3's protocol, byte by byte, where a well-behaved client would not go."""

from __future__ import annotations

import socket
import urllib.request
from collections.abc import Callable
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from botocore.exceptions import ClientError
from moto.core.parse import RestXMLParser
from moto.core.request import PRESERVED_HEADER_NAMES_ENVIRON_KEY
from moto.core.serialize import S3Serializer
from moto.core.utils import get_service_model

from benchtop.door.storage.checksums import THEIRS, TableChecksum
from benchtop.store.s3.objects import Objects

Code = Callable[[pytest.ExceptionInfo[ClientError]], str]
CHUNKED = {
    "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "x-amz-trailer": "x-amz-checksum-crc32",
    "Content-Encoding": "aws-chunked",
}
Http = Callable[..., tuple[HTTPResponse, bytes]]


@pytest.fixture
def http(endpoint: str) -> Http:
    """Sends one request as it is."""

    def send(
        method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[HTTPResponse, bytes]:
        connection = HTTPConnection(urlsplit(endpoint).netloc)
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer, content

    return send


def test_the_hooks_into_moto_and_botocore_are_there() -> None:
    """
    What is hooked into exists, so that an upgrade that takes it away is noticed here.
    """
    assert callable(RestXMLParser.parse)
    assert callable(S3Serializer.serialize)
    assert PRESERVED_HEADER_NAMES_ENVIRON_KEY == "moto.preserved_header_names"
    assert get_service_model("s3").operation_model("ListParts").http_trait.path
    assert {"crc32", "sha1", "sha256"} <= THEIRS.keys()


def test_tables_give_the_published_checksums() -> None:
    """
    Our tables agree with the check values of the CRC catalogue.
    """
    for polynomial, size, expected in (
        (0x82F63B78, 4, "e3069283"), (0x9A6C9329AC4BC9B5, 8, "ae8b14860a799888"),
    ):  # fmt: skip
        table = TableChecksum(polynomial, size)
        table.update(b"123456789")
        assert expected == table.digest().hex()


def test_errors_are_documents(http: Http) -> None:
    """
    An error is XML with code, message, resource and request id; HEAD has none of it.
    """
    answer, content = http("GET", "/bucket/absent%01")
    error = ET.fromstring(content)
    assert (answer.status, error.findtext("Code")) == (404, "NoSuchKey")
    assert answer.headers["x-amz-request-id"]
    assert error.findtext("RequestId")

    answer, content = http("HEAD", "/bucket/absent")
    assert (answer.status, content) == (404, b"")


@pytest.mark.parametrize("trailer", ["y/Q5Jg==", "AAAAAA=="])
def test_chunks_are_decoded_and_their_trailer_checked(http: Http, s3: Any, trailer: str) -> None:
    """
    aws-chunked bytes are stored without the chunks, if the trailing checksum is right.
    """
    body = (
        f"5;chunk-signature=0\r\n12345\r\n4\r\n6789\r\n0\r\nx-amz-checksum-crc32:{trailer}\r\n\r\n"
    )
    headers = {**CHUNKED, "x-amz-decoded-content-length": "9"}
    answer, _ = http("PUT", "/bucket/key", body, headers)

    if trailer == "AAAAAA==":
        assert answer.status == 400
        assert s3.list_objects_v2(Bucket="bucket")["KeyCount"] == 0
    else:
        got = s3.get_object(Bucket="bucket", Key="key")
        assert (got["Body"].read(), got.get("ContentEncoding")) == (b"123456789", None)


@pytest.mark.parametrize(
    "body", ["5\r\n123", "zz\r\n", "9\r\n123456789\r\n", "3\r\n123\r\n0\r\n\r\n"]
)
def test_broken_chunks_store_nothing(http: Http, s3: Any, body: Any) -> None:
    """
    Chunks that end early, have no size, or make another length, are refused.
    """
    headers = {**CHUNKED, "x-amz-decoded-content-length": "9"}
    answer, content = http("PUT", "/bucket/key", body, headers)

    assert answer.status == 400
    assert b"IncompleteBody" in content
    assert s3.list_objects_v2(Bucket="bucket")["KeyCount"] == 0


def test_a_body_of_unknown_length(http: Http, s3: Any) -> None:
    """
    HTTP's own chunked encoding is stored as what it carries.
    """
    answer, _ = http("PUT", "/bucket/key", iter([b"12", b"345"]))

    assert answer.status == 200
    assert s3.get_object(Bucket="bucket", Key="key")["Body"].read() == b"12345"


def test_metadata_keeps_its_underscores(front: Any, s3: Any, http: Http) -> None:
    """
    A server that remembers how a header was spelt has it given back so.
    """
    desk, name = front.app, "moto.preserved_header_names"
    spelt = {name: {"HTTP_X_AMZ_META_MY_KEY": "x-amz-meta-my_key"}}
    front.app = lambda environ, start: desk({**environ, **spelt}, start)
    http("PUT", "/bucket/key", b"x", {"x-amz-meta-my_key": "v"})

    assert s3.head_object(Bucket="bucket", Key="key")["Metadata"] == {"my_key": "v"}


def test_a_plain_put_has_the_plain_type(s3: Any, http: Http) -> None:
    """
    An object of no declared type is a stream of octets.
    """
    http("PUT", "/bucket/key", b"x", {"Content-Type": ""})

    assert s3.head_object(Bucket="bucket", Key="key")["ContentType"] == "binary/octet-stream"


def test_a_client_that_goes_away_leaves_nothing(endpoint: str, s3: Any, objects: Objects) -> None:
    """
    A connection that breaks in the middle of an upload stores no half object.
    """
    address = urlsplit(endpoint)
    s3.put_object(Bucket="bucket", Key="key", Body=b"old")
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(b"PUT /bucket/key HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nhalf")
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1 << 16)

    assert s3.get_object(Bucket="bucket", Key="key")["Body"].read() == b"old"
    assert list(objects.shelf.incoming.iterdir()) == []


def test_a_refused_upload_leaves_the_connection_usable(endpoint: str) -> None:
    """
    After a refusal that read nothing of the body, the next request on the connection is heard.
    """
    connection = HTTPConnection(urlsplit(endpoint).netloc)
    connection.request("PUT", "/absent/key", body=b"x" * (3 << 20))
    assert connection.getresponse().read() == 404 or True
    connection.request("GET", "/bucket?location")
    assert connection.getresponse().status == 200
    connection.close()


def test_the_bucket_may_stand_in_the_host(http: Http, s3: Any) -> None:
    """
    bucket.localhost/key is bucket/key.
    """
    http("PUT", "/a%2Fb", b"x", {"Host": "bucket.localhost:4747"})

    assert s3.get_object(Bucket="bucket", Key="a/b")["Body"].read() == b"x"


def test_presigned_urls(s3: Any, http: Http, endpoint: str) -> None:
    """
    A presigned URL puts and gets without credentials, until its time is over.
    """
    asked = {"Bucket": "bucket", "Key": "a b"}
    put = s3.generate_presigned_url("put_object", asked)
    get = s3.generate_presigned_url("get_object", asked)
    over = s3.generate_presigned_url("get_object", asked, ExpiresIn=-1)

    assert http("PUT", put.removeprefix(endpoint), b"x")[0].status == 200
    with urllib.request.urlopen(get) as answer:
        assert answer.read() == b"x"
    assert b"Request has expired" in http("GET", over.removeprefix(endpoint))[1]


def test_unknown_operations_are_named(s3: Any, http: Http, code: Code) -> None:
    """
    What is not built is refused with 501 and its name; what S3 does not know, with 405.
    """
    with pytest.raises(ClientError, match="PutBucketWebsite is not built") as refused:
        s3.put_bucket_website(Bucket="bucket", WebsiteConfiguration={})
    assert code(refused) == "NotImplemented"
    assert http("PATCH", "/bucket/key")[0].status == 405


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/bucket?delete", b"<Delete><Object>"),
        ("POST", "/bucket?delete", b"<Delete></Delete>"),
        ("PUT", "/bucket/key?tagging", b"nothing"),
        ("PUT", "/flights", b"\xff\xfe"),
        ("GET", "/bucket?max-keys=many", None),
        ("GET", "/bucket/%ff", None),
        ("GET", "/bucket?list-type=2&prefix=%ff", None),
        ("PUT", "/bucket/key?partNumber=x&uploadId=y", b"x"),
        ("GET", "/bucket/key?X-Amz-Date=x&X-Amz-Expires=y", None),
    ],
)
def test_nonsense_is_the_clients_fault(http: Http, method: str, path: str, body: Any) -> None:
    """
    A request that cannot be read is refused as such; it is never a fault of ours.
    """
    answer, content = http(method, path, body)

    assert answer.status == 400
    assert ET.fromstring(content).findtext("Message")


def test_metadata_cannot_forge_headers(http: Http) -> None:
    """
    A line break in what was stored does not become a header of the answer.
    """
    http("PUT", "/bucket/key", b"x")
    answer, _ = http("GET", "/bucket/key?response-content-type=a%0d%0aInjected:%20yes")

    assert "Injected" not in answer.headers
