"""Ends as a process does that the kernel ends for want of memory."""

import os
import signal

import mlflow

mlflow.start_run()
os.kill(os.getpid(), signal.SIGKILL)
