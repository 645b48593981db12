"""Has securesystemslib, which is not ours, judge an envelope: verify_dsse.py <envelope> <public key> <key id>."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey


def main(envelope_file: str, key_file: str, keyid: str) -> int:
    envelope = Envelope.from_dict(json.loads(Path(envelope_file).read_text()))
    key = SSlibKey.from_crypto(load_pem_public_key(Path(key_file).read_bytes()), keyid=keyid)
    try:
        envelope.verify([key], threshold=1)
    except VerificationError:
        print("refused")
    else:
        print("accepted")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
