"""An organization-wide SCP and governance toolkit: plan, prove, apply and watch an AWS organization."""

__version__ = "0.1.0"
