"""The part of cdk-ml-lineage that runs inside SageMaker containers."""
