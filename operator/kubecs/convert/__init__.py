"""`kubecs convert`: documents that people have (API input, describe output, CloudFormation, Terraform) to manifests."""
