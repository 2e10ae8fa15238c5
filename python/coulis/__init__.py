"""coulis: photos to image features, a PCA and a report."""
