"""The one door to AWS: sessions, roles, pacing, patience, errors; the only room that knows boto3."""
