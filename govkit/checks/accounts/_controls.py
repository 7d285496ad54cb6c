"""Which controls of frameworks the parts of the baseline serve, by kind."""

from collections.abc import Mapping

Controls = Mapping[str, tuple[str, ...]]

CONTROLS: Mapping[str, Controls] = {
    "alternate_contact": {"cis-aws-3.0": ("1.2",)},
    "analyzer": {"cis-aws-3.0": ("1.20",), "nist-800-53": ("AC-6",)},
    "config_channel": {"cis-aws-3.0": ("3.3",), "nist-800-53": ("CM-8",)},
    "config_recorder": {"cis-aws-3.0": ("3.3",), "nist-800-53": ("CM-8",)},
    "config_recording": {"cis-aws-3.0": ("3.3",), "nist-800-53": ("CM-8",)},
    "ebs_encryption": {"cis-aws-3.0": ("2.2.1",), "nist-800-53": ("SC-28",)},
    "imds_defaults": {"cis-aws-3.0": ("5.6",)},
    "password_policy": {"cis-aws-3.0": ("1.8", "1.9"), "nist-800-53": ("IA-5",)},
    "public_access_block": {"cis-aws-3.0": ("2.1.4",), "nist-800-53": ("AC-3",)},
    "root_access": {"nist-800-53": ("AC-6",)},
    "trail": {"cis-aws-3.0": ("3.1", "3.2"), "nist-800-53": ("AU-12",)},
}
