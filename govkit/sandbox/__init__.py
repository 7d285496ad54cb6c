"""A pretend AWS in a folder: strict engines behind real botocore clients, with no network."""
