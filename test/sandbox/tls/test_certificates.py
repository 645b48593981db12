from __future__ import annotations

import datetime
import ipaddress
import subprocess
import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from sandbox.tls.certificates import issue, write

NOW = datetime.datetime.now(datetime.timezone.utc)


def test_the_certificate_is_for_loopback_and_one_year() -> None:
    certificate = issue(NOW).certificate
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("127.0.0.1")]
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert isinstance(certificate.public_key().curve, ec.SECP256R1)
    assert datetime.timedelta(days=364) < certificate.not_valid_after_utc - NOW <= datetime.timedelta(days=365)


def test_it_is_signed_by_its_authority_which_can_sign_nothing_more() -> None:
    identity = issue(NOW)
    identity.certificate.verify_directly_issued_by(identity.authority)
    assert identity.authority.public_key() != identity.key.public_key()
    assert identity.certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False


def test_two_authorities_differ() -> None:
    assert issue(NOW).authority.public_key() != issue(NOW).authority.public_key()


def test_only_the_owner_may_read_the_key(tmp_path: Path) -> None:
    write(issue(NOW), tmp_path / "tls")
    assert (tmp_path / "tls" / "server.key").stat().st_mode & 0o777 == 0o600
    assert sorted(file.name for file in (tmp_path / "tls").iterdir()) == ["ca.pem", "server.key", "server.pem"]


def test_without_a_directory_the_command_says_its_usage() -> None:
    result = subprocess.run([sys.executable, "-m", "sandbox.tls"], capture_output=True, text=True, check=False)
    assert result.returncode == 64
    assert "usage: python -m sandbox.tls DIRECTORY" in result.stderr
