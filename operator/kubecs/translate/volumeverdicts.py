"""The verdicts about the members of volumes."""

from collections.abc import Mapping

from kubecs.translate.verdict import Verdict, done

_BY_MAP = "by ECSAccount spec.fileSystems; what that lacks is refused with ClientException"
_FILE_SYSTEM = "spec.volumes[].persistentVolumeClaim, .nfs or .csi"
_PORT = done(
    "spec.volumes[].csi.volumeAttributes",
    "in the attribute that `transitEncryptionPortAttribute` in ECSAccount spec.fileSystems names; a claim has its own "
    "mount options",
    "VolumeOptionsNotApplied",
)
_DOMAIN = done("nothing: the mapped claim or driver knows who may mount the share")

VOLUME: Mapping[str, Verdict] = {
    "name": done(
        "spec.volumes[].name", "mangled where it must be; the original is in an annotation", "VolumeNotApplied"
    ),
    "host": done("spec.volumes[].emptyDir or .hostPath", "nothing of the image is copied into an empty one"),
    "host.sourcePath": done("spec.volumes[].hostPath", "ECSAccount spec.allow.hostVolumes allows it"),
    "dockerVolumeConfiguration": done("spec.volumes[].emptyDir, .ephemeral, .persistentVolumeClaim, .nfs or .hostPath"),
    "dockerVolumeConfiguration.scope": done(
        "task: emptyDir or ephemeral; shared: persistentVolumeClaim",
        "a claim is the namespace's, where Docker's volume is the instance's",
        "VolumeNotProvisioned",
    ),
    "dockerVolumeConfiguration.scope=task": done("spec.volumes[].emptyDir or .ephemeral", "the default"),
    "dockerVolumeConfiguration.scope=shared": done("spec.volumes[].persistentVolumeClaim"),
    "dockerVolumeConfiguration.autoprovision": done(
        "nothing in the Pod: true makes a PersistentVolumeClaim where there is none",
        "a claim that is not there keeps the task pending; nobody deletes it again",
    ),
    "dockerVolumeConfiguration.driver": done(
        "storageClassName of the claim",
        "by ECSAccount spec.volumeDrivers; what that lacks is refused with ClientException; `local` is built in",
        "VolumeDriverNotMapped",
    ),
    "dockerVolumeConfiguration.driverOpts": done(
        "spec.volumes[].nfs, .hostPath or .emptyDir.medium",
        "of the driver local: NFS, bind and tmpfs; ECSAccount spec.allow.hostVolumes allows a bind",
        "VolumeOptionsNotApplied",
    ),
    "dockerVolumeConfiguration.labels": done("annotation kubecs.dev/volume-labels"),
    "efsVolumeConfiguration": done(_FILE_SYSTEM, _BY_MAP, "VolumeNotMapped"),
    "efsVolumeConfiguration.fileSystemId": done(_FILE_SYSTEM, _BY_MAP, "VolumeNotMapped"),
    "efsVolumeConfiguration.rootDirectory": done("nfs.path, or volumeMounts[].subPath"),
    "efsVolumeConfiguration.transitEncryption": done(
        "nothing: the mapped claim or driver encrypts", "a mapped NFS export has no TLS", "VolumeOptionsNotApplied"
    ),
    "efsVolumeConfiguration.transitEncryptionPort": _PORT,
    "efsVolumeConfiguration.authorizationConfig": done("choice of the entry in ECSAccount spec.fileSystems"),
    "efsVolumeConfiguration.authorizationConfig.accessPointId": done(
        "choice of the entry in ECSAccount spec.fileSystems",
        "an access point needs an entry of its own",
        "VolumeNotMapped",
    ),
    "efsVolumeConfiguration.authorizationConfig.iam": done(
        "nothing: the mapped claim or driver has an identity of its own",
        "a mapped NFS export has none",
        "VolumeOptionsNotApplied",
    ),
    "s3filesVolumeConfiguration": done(_FILE_SYSTEM, _BY_MAP, "VolumeNotMapped"),
    "s3filesVolumeConfiguration.fileSystemArn": done(_FILE_SYSTEM, _BY_MAP, "VolumeNotMapped"),
    "s3filesVolumeConfiguration.rootDirectory": done("nfs.path, or volumeMounts[].subPath"),
    "s3filesVolumeConfiguration.transitEncryptionPort": _PORT,
    "s3filesVolumeConfiguration.accessPointArn": done(
        "choice of the entry in ECSAccount spec.fileSystems",
        "an access point needs an entry of its own",
        "VolumeNotMapped",
    ),
    "fsxWindowsFileServerVolumeConfiguration": done(_FILE_SYSTEM, _BY_MAP, "VolumeNotMapped"),
    "fsxWindowsFileServerVolumeConfiguration.fileSystemId": done(_FILE_SYSTEM, _BY_MAP, "VolumeNotMapped"),
    "fsxWindowsFileServerVolumeConfiguration.rootDirectory": done("nfs.path, or volumeMounts[].subPath"),
    "fsxWindowsFileServerVolumeConfiguration.authorizationConfig": _DOMAIN,
    "fsxWindowsFileServerVolumeConfiguration.authorizationConfig.credentialsParameter": _DOMAIN,
    "fsxWindowsFileServerVolumeConfiguration.authorizationConfig.domain": _DOMAIN,
    "configuredAtLaunch": done(
        "spec.volumes[].ephemeral",
        "size and type come from volumeConfigurations of the service; the StorageClass from the entries `ebs` and "
        "`ebs/<type>` of ECSAccount spec.volumeDrivers",
        "VolumeConfiguredAtLaunch",
    ),
}
