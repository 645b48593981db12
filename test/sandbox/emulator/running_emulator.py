"""Starts the real emulator process for tests, with a certificate authority made for the occasion."""

from __future__ import annotations

import datetime
import ipaddress
import json
import os
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import botocore.loaders
import botocore.session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

REPOSITORY = Path(__file__).resolve().parents[3]
ACCOUNT = "111122223333"
REGION = "us-east-1"
_MODELS = botocore.loaders.create_loader()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def make_tls_directory(directory: Path) -> Path:
    """ca.pem, server.pem and server.key for 127.0.0.1 and localhost."""
    directory.mkdir(parents=True, exist_ok=True)
    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sandbox test authority")])
    authority = (
        _certificate(authority_name, authority_name, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    server_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")])
    server = (
        _certificate(server_name, authority_name, server_key.public_key())
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    (directory / "ca.pem").write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    (directory / "server.pem").write_bytes(server.public_bytes(serialization.Encoding.PEM))
    (directory / "server.key").write_bytes(
        server_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return directory


def _certificate(subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey) -> Any:
    now = datetime.datetime.now(datetime.timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
    )


def sandbox_environment(directory: Path, port: int, sagemaker_port: int | None = None) -> dict[str, str]:
    authority = str(directory / "tls" / "ca.pem")
    sagemaker = f"https://127.0.0.1:{sagemaker_port or free_port()}"
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    return {
        **kept,
        "PYTHONDONTWRITEBYTECODE": "1",
        "SANDBOX_DIRECTORY": str(directory),
        "SANDBOX_TLS_DIRECTORY": str(directory / "tls"),
        "SANDBOX_ACCOUNT": ACCOUNT,
        "SANDBOX_REGION": REGION,
        "SANDBOX_EMULATOR_PORT": str(port),
        "SANDBOX_GIT_TOKEN": "not for functions",
        "SANDBOX_RECORDED_CALLS": "5000",
        "AWS_ENDPOINT_URL": f"https://127.0.0.1:{port}",
        "AWS_ENDPOINT_URL_SAGEMAKER": sagemaker,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_CA_BUNDLE": authority,
        "REQUESTS_CA_BUNDLE": authority,
        "SSL_CERT_FILE": authority,
        "NODE_EXTRA_CA_CERTS": authority,
    }


@dataclass
class RunningEmulator:
    process: subprocess.Popen[bytes]
    directory: Path
    port: int
    environment: dict[str, str]
    _root_clients: dict[str, Any] = field(default_factory=dict)

    @property
    def endpoint(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.directory / "emulator.log"

    def session(self, access_key: str = ACCOUNT, secret: str = "sandbox", token: str | None = None) -> Any:
        core = botocore.session.Session()
        # reading the models of the services anew for each session would take most of the tests' time.
        core.register_component("data_loader", _MODELS)
        core.set_credentials(access_key, secret, token)
        return boto3.session.Session(botocore_session=core, region_name=REGION)

    def client(self, service: str, session: Any = None) -> Any:
        if session is None and service in self._root_clients:
            return self._root_clients[service]
        client = (session or self.session()).client(
            service, endpoint_url=self.endpoint, verify=self.environment["AWS_CA_BUNDLE"]
        )
        if session is None:
            self._root_clients[service] = client
        return client

    def assumed_role(self, role_arn: str, name: str = "test") -> Any:
        issued = self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName=name)["Credentials"]
        return self.session(issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"])

    def admin(self, method: str, route: str, document: Any = None) -> tuple[int, dict[str, Any]]:
        request = urllib.request.Request(
            f"{self.endpoint}/_sandbox/{route}",
            method=method,
            data=None if document is None else json.dumps(document).encode(),
        )
        trust = ssl.create_default_context(cafile=self.environment["AWS_CA_BUNDLE"])
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust)
        )
        try:
            with opener.open(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(timeout=20)


def start_emulator(directory: Path, sagemaker_port: int | None = None) -> RunningEmulator:
    make_tls_directory(directory / "tls")
    port = free_port()
    environment = sandbox_environment(directory, port, sagemaker_port)
    with (directory / "emulator.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox.emulator"], cwd=REPOSITORY, env=environment, stdout=log, stderr=log
        )
    emulator = RunningEmulator(process, directory, port, environment)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the emulator ended with {process.returncode}:\n{emulator.log.read_text()}")
        try:
            if emulator.admin("GET", "health")[0] == 200:
                return emulator
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    emulator.stop()
    raise RuntimeError(f"the emulator was not ready after 30 s:\n{emulator.log.read_text()}")
