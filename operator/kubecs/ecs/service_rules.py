"""The rules of CreateService that go across members and need no other object, in ECS's words."""

from collections.abc import Callable, Iterator

from kubecs.ecs.model import CreateServiceRequest, DeploymentConfiguration
from kubecs.ecs.patterns import matches
from kubecs.ecs.rules import Check, Rule, Violation

DEFAULT_PERCENTS = {"REPLICA": (200, 100), "DAEMON": (100, 0)}  # maximumPercent, minimumHealthyPercent
SHIFTING = ("BLUE_GREEN", "LINEAR", "CANARY")
DNS_NAME = r"^[a-zA-Z0-9]([a-zA-Z0-9_-]*[a-zA-Z0-9])?([.][a-zA-Z0-9]([a-zA-Z0-9_-]*[a-zA-Z0-9])?)*[.]?$"

_DEPLOYMENT = "deploymentConfiguration"

Service = CreateServiceRequest


def percents(service: Service) -> tuple[int, int]:
    """The maximumPercent and minimumHealthyPercent that hold, defaults filled in by scheduling strategy."""
    maximum, minimum = DEFAULT_PERCENTS[service.scheduling_strategy or "REPLICA"]
    given = service.deployment_configuration
    if given and given.maximum_percent is not None:
        maximum = given.maximum_percent
    if given and given.minimum_healthy_percent is not None:
        minimum = given.minimum_healthy_percent
    return maximum, minimum


def controller(service: Service) -> str:
    """The deployment controller that holds."""
    return service.deployment_controller.type if service.deployment_controller else "ECS"


def on_fargate(service: Service) -> bool:
    """Tell whether the service names Fargate: as launch type, or as a capacity provider."""
    strategy = service.capacity_provider_strategy or ()
    return service.launch_type == "FARGATE" or any(each.capacity_provider.startswith("FARGATE") for each in strategy)


def _deployment(service: Service) -> DeploymentConfiguration:
    return service.deployment_configuration or DeploymentConfiguration()


def _where(path: str, bad: Callable[[Service], object], subject: str = "") -> Check[Service]:
    """A check that finds a violation at `path` where `bad` is true."""

    def check(service: Service) -> Iterator[Violation]:
        if bad(service):
            yield Violation(path, subject)

    return check


def _is(kind: str) -> Callable[[Service], bool]:
    return lambda service: controller(service) == kind


def _daemon(service: Service) -> Iterator[Violation]:
    if service.scheduling_strategy != "DAEMON":
        return
    if service.desired_count is not None:
        yield Violation("desiredCount", "a desired count for services")
    if service.placement_strategy:
        yield Violation("placementStrategy", "placement strategies")
    if percents(service)[0] > 100:
        yield Violation(f"{_DEPLOYMENT}.maximumPercent", "values above 100 for maximumPercent")
    if on_fargate(service):
        yield Violation("launchType" if service.launch_type else "capacityProviderStrategy", "the launch type FARGATE")
    if controller(service) != "ECS":
        yield Violation("deploymentController", "other deployment controllers than ECS")


def _task_sets_alone(service: Service) -> Iterator[Violation]:
    given = {
        "loadBalancers": ("LoadBalancers", service.load_balancers),
        "networkConfiguration": ("NetworkConfiguration", service.network_configuration),
    }
    for member, (word, value) in given.items():
        if value and _is("EXTERNAL")(service):
            yield Violation(member, word)


def _shift(service: Service) -> bool:
    """A strategy that shifts traffic, and nothing that could be shifted."""
    balanced = any(each.advanced_configuration for each in service.load_balancers or ())
    connected = service.service_connect_configuration and service.service_connect_configuration.enabled
    lattice = any(each.advanced_configuration for each in service.vpc_lattice_configurations or ())
    return _deployment(service).strategy in SHIFTING and not (balanced or connected or lattice)


def _own_strategy(service: Service) -> Iterator[Violation]:
    """Settings of a strategy that is not the service's."""
    given = _deployment(service)
    strategy = given.strategy or "ROLLING"
    settings = {
        "linearConfiguration": ("LINEAR", given.linear_configuration),
        "canaryConfiguration": ("CANARY", given.canary_configuration),
        "earlySuccessCriteria": ("ROLLING", given.early_success_criteria),
    }
    for member, (needed, value) in settings.items():
        if value is not None and strategy != needed:
            yield Violation(f"{_DEPLOYMENT}.{member}", f"{member} can only be specified with the {needed} strategy")


def _early_success(service: Service) -> Iterator[Violation]:
    criteria = _deployment(service).early_success_criteria
    if criteria is None or not criteria.enable:
        return
    path = f"{_DEPLOYMENT}.earlySuccessCriteria"
    if criteria.healthy_percent is not None and criteria.healthy_percent < percents(service)[1]:
        yield Violation(f"{path}.healthyPercent", "healthyPercent must be at least minimumHealthyPercent")
    if criteria.source_service_revision_cleanup is None:
        yield Violation(f"{path}.sourceServiceRevisionCleanup", "sourceServiceRevisionCleanup must be specified")


def _controller_of_ecs(service: Service) -> Iterator[Violation]:
    given = _deployment(service)
    if controller(service) == "ECS":
        return
    if given.deployment_circuit_breaker and given.deployment_circuit_breaker.enable:
        yield Violation(f"{_DEPLOYMENT}.deploymentCircuitBreaker", "circuit breaker needs")
    if given.alarms and given.alarms.enable:
        yield Violation(f"{_DEPLOYMENT}.alarms", "alarms need")


def _one_kind_of_load_balancer(service: Service) -> Iterator[Violation]:
    for index, each in enumerate(service.load_balancers or ()):
        if each.load_balancer_name and each.target_group_arn:
            yield Violation(f"loadBalancers[{index}].loadBalancerName")


def _no_classic_on_fargate(service: Service) -> Iterator[Violation]:
    for index, each in enumerate(service.load_balancers or ()):
        if each.load_balancer_name and on_fargate(service):
            yield Violation(f"loadBalancers[{index}].loadBalancerName")


def _registry_ports(service: Service) -> Iterator[Violation]:
    for index, each in enumerate(service.service_registries or ()):
        if each.port is not None and each.container_port is not None:
            yield Violation(f"serviceRegistries[{index}].containerPort")


def _dns_names(service: Service) -> Iterator[Violation]:
    configuration = service.service_connect_configuration
    for index, each in enumerate((configuration and configuration.services) or ()):
        for number, alias in enumerate(each.client_aliases or ()):
            if alias.dns_name and not matches(DNS_NAME, alias.dns_name):
                yield Violation(f"serviceConnectConfiguration.services[{index}].clientAliases[{number}].dnsName")


def _volumes(service: Service) -> Iterator[Violation]:
    for index, each in enumerate(service.volume_configurations or ()):
        disk = each.managed_ebs_volume
        if service.scheduling_strategy == "DAEMON":
            yield Violation(f"volumeConfigurations[{index}]")
        elif disk and disk.size_in_gib is None and disk.snapshot_id is None:
            yield Violation(f"volumeConfigurations[{index}].managedEBSVolume.sizeInGiB")


def _public_elsewhere(service: Service) -> bool:
    network = service.network_configuration and service.network_configuration.awsvpc_configuration
    assigned = network and network.assign_public_ip == "ENABLED"
    return bool(assigned and service.launch_type in ("EC2", "EXTERNAL"))


SERVICE_RULES: tuple[Rule[Service], ...] = (
    Rule(
        "there is something to run",
        _where("taskDefinition", lambda each: not each.task_definition and not _is("EXTERNAL")(each)),
        "TaskDefinition can not be blank.",
    ),
    Rule(
        "task sets bring their own task definitions",
        _where("taskDefinition", lambda each: each.task_definition and _is("EXTERNAL")(each)),
        "TaskDefinition must be blank",
    ),
    Rule("task sets bring their own traffic", _task_sets_alone, "{} must be empty or null"),
    Rule("daemons run once on each instance", _daemon, "The daemon scheduling strategy does not support {}."),
    Rule(
        "daemons stay in their zones",
        _where(
            "availabilityZoneRebalancing",
            lambda each: each.scheduling_strategy == "DAEMON" and each.availability_zone_rebalancing == "ENABLED",
        ),
        "Availability Zone Rebalancing does not support DAEMON services",
    ),
    Rule(
        "a deployment can stop or start a task",
        _where(f"{_DEPLOYMENT}.maximumPercent", lambda each: percents(each) == (100, 100)),
        "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments",
    ),
    Rule(
        "the percents are in their order",
        _where(f"{_DEPLOYMENT}.maximumPercent", lambda each: percents(each)[0] < percents(each)[1]),
        "maximumPercent must be at least minimumHealthyPercent",
    ),
    Rule(
        "only ECS's own controller watches deployments",
        _controller_of_ecs,
        "The deployment {} the deployment controller ECS",
    ),
    Rule("a strategy has its own settings", _own_strategy, "{}."),
    Rule(
        "there is traffic to shift",
        _where(f"{_DEPLOYMENT}.strategy", _shift),
        "The deployment strategy needs a load balancer with advancedConfiguration, or Service Connect.",
    ),
    Rule("early success is defined", _early_success, "{}."),
    Rule(
        "platform versions are Fargate's",
        _where("platformVersion", lambda each: each.platform_version and each.launch_type == "EC2"),
        "The platform version must be null when specifying an EC2 launch type",
    ),
    Rule(
        "only Fargate assigns addresses",
        _where("networkConfiguration.awsvpcConfiguration.assignPublicIp", _public_elsewhere),
        "Assign public IP is not supported for this launch type.",
    ),
    Rule(
        "a load balancer is of one kind",
        _one_kind_of_load_balancer,
        "loadBalancerName and targetGroupArn cannot both be specified",
    ),
    Rule(
        "classic load balancers are not Fargate's",
        _no_classic_on_fargate,
        "Classic Load Balancers are not supported with Fargate",
    ),
    Rule(
        "CodeDeploy shifts traffic",
        _where("loadBalancers", lambda each: _is("CODE_DEPLOY")(each) and not each.load_balancers),
        "To use the CODE_DEPLOY deployment controller, the service requires an Application Load Balancer or Network "
        "Load Balancer",
    ),
    Rule(
        "a registry is given one port",
        _registry_ports,
        "The values specified for serviceRegistries do not require a value for 'containerPort'",
    ),
    Rule("client aliases are names", _dns_names, "The DNS name that you provided is invalid"),
    Rule("volumes have a size", _volumes, "ECS managed EBS volume configuration was invalid"),
)
