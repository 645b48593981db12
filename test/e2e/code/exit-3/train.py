"""Fails with an exit code of its own, with a run open."""

import os

import mlflow

mlflow.start_run()
os._exit(3)
