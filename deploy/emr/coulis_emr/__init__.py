"""coulis on Amazon EMR: clusters and serverless applications, from a kit of wheels on S3."""
