"""The local SageMaker: jobs and MLflow Apps that really run, behind the API of AWS."""
