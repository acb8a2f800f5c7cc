"""ECSServices that a CEL rule refuses."""

from __future__ import annotations

from tests.cluster.crd_cases import DAEMON, PLACED, TAG_CASES, Case, deployment
from tests.cluster.crd_documents import changed, document, service

SERVICES = [
    *(Case(service(tags=tags), "spec.tags", says) for tags, says in TAG_CASES),
    *(Case(service(**members), field, says, rule) for members, field, says, rule in PLACED),
    Case(
        document("ECSService", "c.d.web", service(cluster="c.d")["spec"]),
        "spec.cluster",
        "Cluster must match ^[a-zA-Z0-9\\-_]{1,255}$, but was c.d",
        "Cluster must match ^[a-zA-Z0-9\\-_]{1,255}$",
    ),
    Case(
        changed(service("Web"), serviceName="WEB"),
        "spec.serviceName",
        "serviceName can't be changed: another name is another service",
        before=service("Web"),
    ),
    Case(
        changed(service(cluster="C"), cluster="c"),
        "spec.cluster",
        "cluster can't be changed: create the service in the other cluster",
        before=service(cluster="C"),
    ),
    Case(
        service(schedulingStrategy="DAEMON"),
        "spec.schedulingStrategy",
        "schedulingStrategy can't be changed",
        "",
        service(),
    ),
    Case(service(role="r"), "spec.role", "role can't be changed", "", service()),
    Case(
        changed(service(), deploymentController={"type": "EXTERNAL"}, taskDefinition=None),
        "spec.deploymentController",
        "deploymentController can't be changed",
        "",
        service(),
    ),
    Case(
        service(launchType="FARGATE"),
        "spec.launchType",
        "launchType can't be changed, only be replaced by a capacityProviderStrategy or replace one",
        "",
        service(launchType="EC2"),
    ),
    Case(changed(service(), taskDefinition=None), "spec.taskDefinition", "TaskDefinition can not be blank."),
    Case(service(deploymentController={"type": "EXTERNAL"}), "spec.taskDefinition", "TaskDefinition must be blank"),
    Case(
        service(**DAEMON, desiredCount=3),
        "spec.desiredCount",
        "The daemon scheduling strategy does not support a desired count for services.",
    ),
    Case(
        service(**DAEMON, placementStrategy=[{"type": "spread", "field": "host"}]),
        "spec.placementStrategy",
        "The daemon scheduling strategy does not support placement strategies.",
    ),
    Case(
        deployment(200, **DAEMON),
        "spec.deploymentConfiguration.maximumPercent",
        "The daemon scheduling strategy does not support values above 100 for maximumPercent.",
    ),
    Case(
        deployment(100),
        "spec.deploymentConfiguration.maximumPercent",
        "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments",
    ),
    Case(
        deployment(50, 80),
        "spec.deploymentConfiguration.maximumPercent",
        "maximumPercent must be at least minimumHealthyPercent",
    ),
    Case(
        service(
            deploymentController={"type": "CODE_DEPLOY"},
            deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": False}},
        ),
        "spec.deploymentConfiguration.deploymentCircuitBreaker",
        "The deployment circuit breaker needs the deployment controller ECS",
    ),
    Case(
        service(loadBalancers=[{"loadBalancerName": "n", "targetGroupArn": "a"}]),
        "spec.loadBalancers[0].loadBalancerName",
        "loadBalancerName and targetGroupArn cannot both be specified",
    ),
    Case(
        document("ECSService", "web", service(cluster="prod")["spec"]),
        "metadata.name",
        "metadata.name must be prod.web",
        "metadata.name must be the serviceName in the cluster default, else <cluster>.<serviceName>, "
        "each mangled where it is no DNS label",
    ),
]
