"""What a processing job was configured to read."""

from __future__ import annotations

import json
from pathlib import Path

from lineage_jobs.lineage_document import JobInput

# the toolkit and the user's code are no data.
_NO_DATA = ("lineage-jobs", "code")


def configured_inputs(settings: Path) -> tuple[JobInput, ...]:
    """The S3 addresses of the job's data inputs, in the order of the configuration."""
    if not settings.is_file():
        return ()
    document = json.loads(settings.read_text(encoding="utf-8"))
    return tuple(
        JobInput(str(it["S3Input"]["S3Uri"]))
        for it in document.get("ProcessingInputs") or []
        if it.get("InputName") not in _NO_DATA and it.get("S3Input")
    )
