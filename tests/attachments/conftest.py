"""The two places where files can be: a folder, and a bucket of a real S3 server."""

import secrets

import pytest

from teleconsult.attachments.storage import storage
from teleconsult.attachments.storage_s3 import S3Storage
from tests.servers import s3


@pytest.fixture(scope="session")
def s3_server():
    server = s3.start()
    yield server
    server.stop()


@pytest.fixture
def bucket(s3_server):
    name, client = f"t{secrets.token_hex(6)}", s3_server.client()
    client.create_bucket(Bucket=name)
    yield S3Storage(
        name,
        {
            "S3_ENDPOINT": s3_server.endpoint,
            "S3_REGION": s3_server.region,
            "S3_ACCESS_KEY": s3_server.access_key,
            "S3_SECRET_KEY": s3_server.secret_key,
        },
    )
    # Each holds volumes of the server, which has so many and no more.
    for row in client.list_objects_v2(Bucket=name).get("Contents", ()):
        client.delete_object(Bucket=name, Key=row["Key"])
    client.delete_bucket(Bucket=name)


@pytest.fixture
def store_in(application):
    """Put another storage in the place of the application's, until the test ends."""
    with application.app_context():
        own = storage()
    yield lambda store: application.extensions.update(storage=store)
    application.extensions["storage"] = own


@pytest.fixture(params=["folder", pytest.param("s3", marks=pytest.mark.server)])
def each_store(request, application, store_in):
    """Let a test run once with each place in use."""
    if request.param == "s3":
        store_in(request.getfixturevalue("bucket"))
    return application.extensions["storage"]
