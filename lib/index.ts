export * from './data-repository';
export * from './data-repository-grants';
export * from './dvc-remote';
export * from './dvc-remote-grants';
export * from './lineage-platform';
export * from './mlflow-app';
export * from './mlflow-app-grants';
export * from './run-tagger';
