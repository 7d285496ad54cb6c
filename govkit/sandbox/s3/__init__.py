"""What S3 keeps about a bucket, and whom its policy lets write."""
