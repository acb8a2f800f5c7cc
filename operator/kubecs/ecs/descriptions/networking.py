"""Descriptions of how tasks are reached: networks, load balancers, registries, Service Connect, gateways."""

from collections.abc import Mapping

SHAPES: Mapping[str, Mapping[str, str]] = {
    "NetworkConfiguration": {
        "": "The network of tasks in awsvpc mode.",
        "awsvpcConfiguration": "Subnets and security groups of the tasks.",
    },
    "AwsVpcConfiguration": {
        "": "Subnets and security groups.",
        "subnets": "Subnets that tasks may run in, at most 16.",
        "securityGroups": "Security groups of the tasks, at most 5. Default: the VPC's own.",
        "assignPublicIp": "Whether tasks get a public address; Fargate only. Default: DISABLED.",
    },
    "LoadBalancer": {
        "": "A load balancer and the container port it sends traffic to.",
        "targetGroupArn": "ARN of the target group of an Application or Network Load Balancer.",
        "loadBalancerName": "Name of a Classic Load Balancer; excludes targetGroupArn.",
        "containerName": "Container that takes the traffic.",
        "containerPort": "Port of that container, one of its port mappings.",
        "advancedConfiguration": "What a traffic-shifting deployment needs besides.",
    },
    "AdvancedConfiguration": {
        "": "What shifts a load balancer's traffic between two versions.",
        "alternateTargetGroupArn": "ARN of the target group for the other version.",
        "productionListenerRule": "ARN of the listener rule, or listener, of real traffic.",
        "testListenerRule": "ARN of the listener rule of test traffic.",
        "roleArn": "ARN of the role that may change the load balancer.",
    },
    "ServiceRegistry": {
        "": "A Cloud Map service that tasks are registered in.",
        "registryArn": "ARN of the Cloud Map service.",
        "port": "Port for an SRV record in awsvpc mode.",
        "containerName": "Container to register; bridge and host modes, or SRV records.",
        "containerPort": "Port of that container to register.",
    },
    "ServiceConnectConfiguration": {
        "": "How a service takes part in Service Connect.",
        "enabled": "Turns Service Connect on.",
        "namespace": "Name or ARN of the namespace. Default: the cluster's.",
        "services": "Ports that others can reach; none makes the service a client only.",
        "logConfiguration": "Where the log of the proxy goes.",
        "accessLogConfiguration": "Access log of the proxy. Default: none.",
        "containerConfigurations": "Settings of the proxy, at most 10.",
    },
    "ServiceConnectService": {
        "": "A port of a service that others can reach by name.",
        "portName": "Name of a port mapping of the task definition.",
        "discoveryName": "Name in the namespace. Default: portName.",
        "clientAliases": "Name and port for clients, at most 1. Default: the discovery name.",
        "ingressPortOverride": "Port that the proxy listens on. Default: the container's in awsvpc, else a free one.",
        "timeout": "When idle connections and slow requests are cut off.",
        "tls": "Encrypts the traffic between proxies. Default: none.",
    },
    "ServiceConnectClientAlias": {
        "": "Where clients reach a service.",
        "port": "Port that clients connect to.",
        "dnsName": "Name that clients connect to. Default: the discovery name, a dot and the namespace.",
        "testTrafficRules": "Which requests are test traffic during a deployment.",
    },
    "ServiceConnectTestTrafficRules": {
        "": "Which requests go to the version under test.",
        "header": "Header that marks test traffic.",
    },
    "ServiceConnectTestTrafficHeaderRules": {
        "": "A header that marks test traffic.",
        "name": "Name of the header.",
        "value": "Value that it must have.",
    },
    "ServiceConnectTestTrafficHeaderMatchRules": {
        "": "How a header's value is compared.",
        "exact": "Value that must be equal.",
    },
    "ServiceConnectTlsConfiguration": {
        "": "Encryption between proxies.",
        "issuerCertificateAuthority": "Authority that signs the certificates.",
        "kmsKey": "KMS key that protects private keys.",
        "roleArn": "ARN of the role that may issue certificates.",
    },
    "ServiceConnectTlsCertificateAuthority": {
        "": "A certificate authority.",
        "awsPcaAuthorityArn": "ARN of an AWS Private CA.",
    },
    "ServiceConnectAccessLogConfiguration": {
        "": "The access log of the proxy.",
        "format": "Lines of text, or JSON.",
        "includeQueryParameters": "Whether query strings are logged. Default: DISABLED.",
    },
    "ServiceConnectContainerConfiguration": {
        "": "A setting of the proxy; exactly one.",
        "logLevel": "How much the proxy logs. Default: info.",
    },
    "TimeoutConfiguration": {
        "": "Time limits of the proxy.",
        "idleTimeoutSeconds": "Seconds until an idle connection is closed; 0 never. Default: 300, for TCP 3600.",
        "perRequestTimeoutSeconds": "Seconds until a request is given up; 0 never; not for TCP.",
    },
    "VpcLatticeConfiguration": {
        "": "A VPC Lattice target group that tasks are registered with.",
        "roleArn": "ARN of the role that may register targets.",
        "targetGroupArn": "ARN of the target group.",
        "portName": "Name of the port mapping that takes the traffic.",
        "advancedConfiguration": "What a traffic-shifting deployment needs besides.",
    },
    "VpcLatticeAdvancedConfiguration": {
        "": "What shifts VPC Lattice traffic between two versions.",
        "alternateTargetGroupArn": "ARN of the target group for the other version.",
        "productionListenerRule": "ARN of the listener rule of real traffic.",
        "testListenerRule": "ARN of the listener rule of test traffic.",
    },
    "GatewayConnector": {
        "": "A gateway's way to a service.",
        "portName": "Name of the port mapping that takes the traffic.",
        "healthCheck": "How the gateway checks tasks.",
        "filters": "Which gateways may send traffic.",
        "deregistrationDelay": "How long a task that stops keeps its connections. Default: 300 seconds.",
    },
    "GatewayConnectorHealthCheck": {
        "": "A gateway's check of tasks.",
        "healthCheckProtocol": "Protocol of the check.",
        "healthCheckPort": "Port of the check.",
        "healthCheckPath": "Path that is requested.",
        "healthCheckTimeoutSeconds": "Seconds after which a check has failed.",
        "healthCheckIntervalSeconds": "Seconds between two checks.",
        "healthyThresholdCount": "Successes in a row that make a task healthy.",
        "unhealthyThresholdCount": "Failures in a row that make a task unhealthy.",
        "matcher": "Answers that count as success.",
    },
    "GatewayConnectorHealthCheckMatcher": {
        "": "Answers to a gateway's check that count as success.",
        "httpCode": "HTTP status codes, single ones or ranges.",
        "grpcCode": "gRPC status codes, single ones or ranges.",
    },
    "GatewayConnectorFilters": {
        "": "Which gateways may send traffic.",
        "accessTypes": "Kinds of gateway: PUBLIC, PRIVATE or both.",
    },
    "GatewayConnectorDeregistrationDelay": {
        "": "How long a task that stops keeps its connections.",
        "timeoutSeconds": "Seconds, 0 to 3600. Default: 300.",
    },
}
