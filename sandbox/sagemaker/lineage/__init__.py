"""SageMaker's lineage graph: artifacts, actions, trial components, and the associations between them."""
