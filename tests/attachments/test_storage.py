"""The same promises from a folder and from a real S3 server."""

import resource
import secrets
import shutil

import pytest

from teleconsult.attachments.storage import LocalStorage, new_key
from teleconsult.attachments.storage_s3 import PART, S3Storage
from teleconsult.errors import NotFound, StorageAway, StorageFull, StorageLost
from tests.attachments import full_disk

LIMIT = 64 * 1024


@pytest.fixture
def folder(tmp_path):
    return LocalStorage(tmp_path / "files")


class StorageTests:
    """What any storage must do; each subclass brings one."""

    def put(self, store, data, pieces=3):
        key = new_key()
        sink = store.sink(key)
        step = max(1, len(data) // pieces)
        for start in range(0, len(data), step):
            sink.write(data[start : start + step])
        sink.keep()
        return key

    def test_what_was_kept_comes_back(self, store):
        data = secrets.token_bytes(300_000)
        key = self.put(store, data)
        assert b"".join(store.read(key, 0, len(data))) == data

    def test_more_than_one_part_comes_back(self, store):
        data = secrets.token_bytes(PART * 2 + 12345)
        key = self.put(store, data, pieces=40)
        assert b"".join(store.read(key, 0, len(data))) == data

    def test_ranges(self, store):
        data = bytes(range(256)) * 40
        key = self.put(store, data)
        for start, stop in [(0, 1), (5, 300), (10_000, 10_240), (10_239, 10_240)]:
            assert b"".join(store.read(key, start, stop)) == data[start:stop]

    def test_what_was_dropped_is_not_there(self, store):
        key = new_key()
        sink = store.sink(key)
        sink.write(b"x" * 1000)
        sink.drop()
        with pytest.raises(StorageLost):
            b"".join(store.read(key, 0, 10))
        assert key not in {found for found, _ in store.stored()}

    def test_dropping_after_a_part_was_sent_leaves_nothing(self, store):
        key = new_key()
        sink = store.sink(key)
        sink.write(b"x" * (PART + 1))
        sink.drop()
        assert key not in {found for found, _ in store.stored()}

    def test_delete_and_delete_again(self, store):
        key = self.put(store, b"abc")
        store.delete(key)
        store.delete(key)
        with pytest.raises(StorageLost):
            b"".join(store.read(key, 0, 3))

    def test_an_object_says_its_size_and_one_that_is_not_there_is_lost(self, store):
        assert store.size(self.put(store, b"abc")) == 3
        with pytest.raises(StorageLost):
            store.size(new_key())

    def test_keys_are_listed_with_their_time(self, store):
        key = self.put(store, b"abc")
        assert dict(store.stored())[key].tzinfo is not None


class TestFolder(StorageTests):
    @pytest.fixture
    def store(self, folder):
        return folder

    def test_a_key_cannot_climb(self, store):
        with pytest.raises(NotFound):
            store.path("../../etc/passwd")

    def test_what_was_left_half_written_can_be_removed(self, store, tmp_path):
        key = new_key()
        store.sink(key).write(b"half")
        store.delete(key)
        assert key not in {found for found, _ in store.stored()}

    def test_a_full_disk_is_said_and_leaves_nothing(self, tmp_path):
        store = full_disk.FullDisk(tmp_path / "files")
        sink = store.sink(new_key())
        with pytest.raises(StorageFull):
            sink.write(b"x" * 1000)
        sink.drop()
        assert list(store.stored()) == []

    def test_the_last_of_a_disk_is_left_to_the_database(self, tmp_path):
        free = shutil.disk_usage(tmp_path).free
        roomy, tight = LocalStorage(tmp_path / "a", free // 2), LocalStorage(tmp_path / "b", free * 2)
        assert roomy.sink(new_key()).write(b"x") == 1
        sink = tight.sink(new_key())
        with pytest.raises(StorageFull):
            sink.write(b"x")
        sink.drop()
        assert list(tight.stored()) == []

    def test_what_has_room_for_a_part_of_the_bytes_is_full(self, store):
        sink = store.sink(new_key())
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, hard))
        try:
            with pytest.raises(StorageFull):
                sink.write(b"x" * (LIMIT + 1))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        sink.drop()
        assert list(store.stored()) == []

    def test_a_folder_that_cannot_be_used_is_away(self, tmp_path):
        (tmp_path / "files").write_bytes(b"")
        with pytest.raises(StorageAway):
            LocalStorage(tmp_path / "files")


@pytest.mark.server
class TestS3(StorageTests):
    @pytest.fixture
    def store(self, bucket):
        return bucket

    def test_a_wrong_secret_is_refused(self, s3_server):
        wrong = S3Storage(
            "anything",
            {
                "S3_ENDPOINT": s3_server.endpoint,
                "S3_REGION": "us-east-1",
                "S3_ACCESS_KEY": s3_server.access_key,
                "S3_SECRET_KEY": "wrong",
            },
        )
        with pytest.raises(StorageAway):
            list(wrong.stored())
        with pytest.raises(StorageAway):
            wrong.read(new_key(), 0, 1)
        sink = wrong.sink(new_key())
        sink.write(b"x")
        with pytest.raises(StorageAway):
            sink.keep()

    def test_a_bucket_that_is_not_there_is_no_loss_of_its_files(self, s3_server):
        misspelt = S3Storage(
            "misspelt",
            {
                "S3_ENDPOINT": s3_server.endpoint,
                "S3_REGION": s3_server.region,
                "S3_ACCESS_KEY": s3_server.access_key,
                "S3_SECRET_KEY": s3_server.secret_key,
            },
        )
        for ask in (misspelt.size, lambda key: misspelt.read(key, 0, 1)):
            with pytest.raises(StorageAway, match="NoSuchBucket"):
                ask(new_key())
