"""Trains until it is stopped."""

import time

import mlflow

with mlflow.start_run():
    print("training", flush=True)
    time.sleep(600)
