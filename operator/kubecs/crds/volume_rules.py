"""CEL rules on a volume and on its EFS configuration: there, `self` is the one or the other."""

from kubecs.crds.rules import Rule, given

_KINDS = (
    "has(self.host) && has(self.host.sourcePath) && self.host.sourcePath != ''",
    "has(self.dockerVolumeConfiguration)",
    "has(self.efsVolumeConfiguration)",
    "has(self.s3filesVolumeConfiguration)",
    "has(self.fsxWindowsFileServerVolumeConfiguration)",
    "has(self.configuredAtLaunch) && self.configuredAtLaunch",
)

VOLUME = (
    Rule(
        f"[{', '.join(_KINDS)}].filter(kind, kind).size() <= 1",
        "A volume must have one kind of configuration only.",
        reason="FieldValueForbidden",
    ),
)

_NOTHING, _ROOT, _DISABLED = "''", "'/'", "'DISABLED'"
_ENCRYPTED = "has(self.transitEncryption) && self.transitEncryption == 'ENABLED'"

EFS = (
    Rule(
        f"{given('self.authorizationConfig.iam', _DISABLED)} != 'ENABLED' || {_ENCRYPTED}",
        "EFS IAM authorization requires TransitEncryption to be enabled",
        ".transitEncryption",
    ),
    Rule(
        f"!has(self.transitEncryptionPort) || {_ENCRYPTED}",
        "TransitEncryptionPort requires that TransitEncryption is enabled",
        ".transitEncryption",
    ),
    Rule(
        f"{given('self.authorizationConfig.accessPointId', _NOTHING)} == ''"
        f" || {given('self.rootDirectory', _ROOT)} in ['', '/']",
        'When using an EFS access point, the root directory must either be set to "/" or be omitted',
        ".rootDirectory",
    ),
)
