"""The custom resource definitions: models to structural schemas, one table of kinds."""
