"""The environment variables MiniStack reads while it is imported."""

from __future__ import annotations

from collections.abc import MutableMapping

from sandbox.emulator.settings import EmulatorSettings

# the emulator and the functions it starts have no use for these, and a function must not find a secret by accident.
_WITHHELD = ("SANDBOX_GIT_TOKEN", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")


def prepare_emulator_environment(settings: EmulatorSettings, environment: MutableMapping[str, str]) -> None:
    """Set MiniStack's variables; the deployed functions inherit the result."""
    for name in _WITHHELD:
        environment.pop(name, None)
    environment.update(
        {
            "AUTH": "true",
            "USE_SSL": "1",
            "MINISTACK_SSL_CERT": str(settings.tls.certificate),
            "MINISTACK_SSL_KEY": str(settings.tls.private_key),
            "MINISTACK_HOST": "127.0.0.1",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(settings.port),
            "MINISTACK_ACCOUNT_ID": settings.account,
            "MINISTACK_REGION": settings.region,
            "AWS_ENDPOINT_URL": settings.endpoint,
            "AWS_REGION": settings.region,
            "AWS_DEFAULT_REGION": settings.region,
            # listeners on fixed ports, which two sandboxes of one machine would fight over.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "PERSIST_STATE": "0",
            "S3_PERSIST": "0",
            "LAMBDA_EXECUTOR": "local",
            # everything the emulator and its functions call is on loopback, whatever proxy this machine uses.
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
            # MiniStack removes containers it takes for its own; none of this machine's are the sandbox's.
            "DOCKER_HOST": "unix:///nonexistent/docker.sock",
        }
    )
