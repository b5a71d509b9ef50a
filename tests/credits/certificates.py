"""A certificate of our own for tests: an authority, and a signer it vouches for, as a PKCS#12 file."""

from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from teleconsult import clock

PASSWORD = "só nos testes"


def make(folder: Path) -> tuple[Path, Path]:
    """Write signer.p12 and ca.pem into a folder; return both paths."""
    ca_key, key = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    ca_name, name = _name("Autoridade de testes"), _name("REDE DE TESTES:00000000000000")
    ca = _builder(ca_name, ca_name, ca_key).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    ca = ca.add_extension(_usage(sign=False), critical=True).sign(ca_key, hashes.SHA256())
    own = _builder(name, ca_name, key).add_extension(_usage(sign=True), critical=True).sign(ca_key, hashes.SHA256())
    closed = serialization.BestAvailableEncryption(PASSWORD.encode())
    (folder / "signer.p12").write_bytes(pkcs12.serialize_key_and_certificates(b"signer", key, own, [ca], closed))
    (folder / "ca.pem").write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    return folder / "signer.p12", folder / "ca.pem"


def _name(words):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


def _builder(name, issuer, key):
    now = clock.now()
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=4000))
    )


def _usage(*, sign):
    return x509.KeyUsage(
        digital_signature=sign, content_commitment=sign, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=not sign, crl_sign=not sign, encipher_only=False, decipher_only=False,
    )  # fmt: skip
