"""Runs a SageMaker job as a real process with an /opt/ml of its own."""
