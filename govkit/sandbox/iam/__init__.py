"""AWS IAM as the sandbox plays it: account settings, roles, users and what they sign in with."""
