"""The shelf of pretend services: one file per service, which exports `SERVICE`."""
