"""SageMaker Pipelines: definitions, and what runs them."""
