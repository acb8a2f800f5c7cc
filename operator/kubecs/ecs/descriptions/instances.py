"""Descriptions of the instances that a Managed Instances capacity provider launches."""

from collections.abc import Mapping


def span(of: str) -> Mapping[str, str]:
    """The descriptions of a range of some quantity."""
    return {"": f"A range of {of}.", "min": f"Fewest {of}.", "max": f"Most {of}. Default: no limit."}


SHAPES: Mapping[str, Mapping[str, str]] = {
    "InstanceLaunchTemplate": {
        "": "What launched instances are like.",
        "ec2InstanceProfileArn": "ARN of the instance profile.",
        "networkConfiguration": "Subnets and security groups of the instances.",
        "storageConfiguration": "Data volume of the instances.",
        "localStorageConfiguration": "Use of the instances' own disks.",
        "monitoring": "Detail of CloudWatch's monitoring. Default: BASIC.",
        "capacityOptionType": "How instances are bought. Default: ON_DEMAND.",
        "instanceMetadataTagsPropagation": "Whether an instance's tags show in its metadata. Default: true.",
        "instanceRequirements": "What instance types must offer to be launched.",
        "fipsEnabled": "Whether validated cryptography is used. Default: the region's.",
        "capacityReservations": "Which reserved capacity is used.",
        "nitroEnclavesEnabled": "Whether instances can hold enclaves. Default: false.",
    },
    "ManagedInstancesNetworkConfiguration": {
        "": "Subnets and security groups of instances.",
        "subnets": "Subnets that instances may be launched in.",
        "securityGroups": "Security groups of the instances.",
    },
    "ManagedInstancesStorageConfiguration": {
        "": "The data volume of instances.",
        "storageSizeGiB": "Size in GiB, at least 1.",
    },
    "ManagedInstancesLocalStorageConfiguration": {
        "": "Use of the instances' own disks.",
        "useLocalStorage": "Keeps tasks' data on the instance's own disks. Default: false.",
    },
    "CapacityReservationRequest": {
        "": "Which reserved capacity is used.",
        "reservationGroupArn": "ARN of the resource group of reservations.",
        "reservationPreference": "Reservations only, reservations first, or none.",
    },
    "InstanceRequirementsRequest": {
        "": "What instance types must offer.",
        "vCpuCount": "Number of vCPUs.",
        "memoryMiB": "Memory in MiB.",
        "cpuManufacturers": "Makers of the CPU. Default: any.",
        "memoryGiBPerVCpu": "Memory for each vCPU, in GiB.",
        "excludedInstanceTypes": "Instance types to leave out, * as a wildcard, at most 400.",
        "instanceGenerations": "Current or previous generations. Default: any.",
        "spotMaxPricePercentageOverLowestPrice": "How far a Spot price may lie above the lowest, in percent.",
        "onDemandMaxPricePercentageOverLowestPrice": "How far an On-Demand price may lie above the lowest, in percent.",
        "bareMetal": "Whether bare-metal types are included, required or excluded. Default: excluded.",
        "burstablePerformance": "Whether burstable types are included, required or excluded. Default: excluded.",
        "requireHibernateSupport": "Whether types must be able to hibernate. Default: false.",
        "networkInterfaceCount": "Number of network interfaces.",
        "localStorage": "Whether types with own disks are included, required or excluded. Default: included.",
        "localStorageTypes": "Kinds of own disks. Default: any.",
        "totalLocalStorageGB": "Size of own disks together, in GB.",
        "baselineEbsBandwidthMbps": "Bandwidth to EBS, in Mbit/s.",
        "acceleratorTypes": "Kinds of accelerator. Default: any.",
        "acceleratorCount": "Number of accelerators.",
        "acceleratorManufacturers": "Makers of accelerators. Default: any.",
        "acceleratorNames": "Models of accelerators. Default: any.",
        "acceleratorTotalMemoryMiB": "Memory of all accelerators together, in MiB.",
        "networkBandwidthGbps": "Network bandwidth, in Gbit/s.",
        "allowedInstanceTypes": "Instance types to choose from, * as a wildcard, at most 400. Default: any.",
        "maxSpotPriceAsPercentageOfOptimalOnDemandPrice": "Highest Spot price, in percent of the On-Demand price.",
    },
    "VCpuCountRangeRequest": span("vCPUs"),
    "MemoryMiBRequest": span("MiB of memory"),
    "MemoryGiBPerVCpuRequest": span("GiB of memory for each vCPU"),
    "NetworkInterfaceCountRequest": span("network interfaces"),
    "TotalLocalStorageGBRequest": span("GB on own disks"),
    "BaselineEbsBandwidthMbpsRequest": span("Mbit/s to EBS"),
    "AcceleratorCountRequest": span("accelerators"),
    "AcceleratorTotalMemoryMiBRequest": span("MiB of accelerator memory"),
    "NetworkBandwidthGbpsRequest": span("Gbit/s of network"),
}
