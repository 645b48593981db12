"""What a job fails with when it has a reason to give."""


class JobFailure(Exception):
    """The job cannot go on; the message says what is wrong and what to do, and holds no secret."""
