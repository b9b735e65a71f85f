"""A shop whose web service runs in clients' AWS accounts: as simulated clouds, and as the server's configuration."""

import json
from dataclasses import dataclass

from .api import Api
from .aws import Credentials, Ecs, assume_role
from .suite import until

REGION = "eu-west-1"
HUB = "111111111111"
HUB_KEY = Credentials("AKIAHUBHUBHUBHUBHUB1", "hub/secret/key+that/nobody/else/knows000")
FAMILY = "shop-web"
SERVICE = "web"


@dataclass(frozen=True)
class Client:
    """A client of the shop: tenant in the server, account in AWS."""

    tenant: str
    account: str
    external_id: str
    cluster: str = "clients"

    @property
    def role_arn(self):
        return f"arn:aws:iam::{self.account}:role/slipway-deploy"

    def ecs(self, address, key=None):
        """ECS in the client's account, for a look that the server has no part in."""
        return Ecs(address, REGION, assume_role(address, REGION, key or HUB_KEY, self.role_arn, self.external_id))


def clients(count):
    return [Client(f"Client {n}", f"{222222222000 + n}", f"external-id-{n}-8c1d") for n in range(1, count + 1)]


def image(version):
    return f"{HUB}.dkr.ecr.{REGION}.amazonaws.com/shop/web:{version}"


def scenario(served, versions=("0.9.0", "1.0.0", "1.1.0"), behaviours=(), denied_actions=()):
    """The clouds: a hub with the registry, and in each client's account the service running 0.9.0."""
    hub = {
        "id": HUB,
        "accessKeys": [
            {
                "user": "slipway",
                "accessKeyId": HUB_KEY.access_key,
                "secretAccessKey": HUB_KEY.secret_key,
            }
        ],
        "repositories": [
            {
                "name": "shop/web",
                "pullableBy": [client.account for client in served],
                "images": [{"tag": version} for version in versions],
            }
        ],
    }
    accounts = [_client_account(client, denied_actions) for client in served]
    return {"region": REGION, "accounts": [hub, *accounts], "behaviours": list(behaviours)}


def _client_account(client, denied_actions):
    return {
        "id": client.account,
        "roles": [
            {
                "name": "slipway-deploy",
                "trusts": [f"arn:aws:iam::{HUB}:user/slipway"],
                "externalId": client.external_id,
                "deniedActions": list(denied_actions),
            }
        ],
        "clusters": [{"name": client.cluster}],
        "taskDefinitions": [
            {
                "family": FAMILY,
                "requiresCompatibilities": ["EC2"],
                "containerDefinitions": [{"name": "web", "image": image("0.9.0"), "memory": 256, "essential": True}],
            }
        ],
        "services": [
            {
                "cluster": client.cluster,
                "serviceName": SERVICE,
                "taskDefinition": FAMILY,
                "desiredCount": 2,
                "launchType": "EC2",
                "deploymentConfiguration": {
                    "minimumHealthyPercent": 50,
                    "maximumPercent": 200,
                    "deploymentCircuitBreaker": {"enable": True, "rollback": True},
                },
            }
        ],
    }


CONTAINERS = [
    {
        "name": "web",
        "package": "web",
        "essential": True,
        "memory": 512,
        "memoryReservation": "#{mem_soft_limit}",
        "portMappings": [{"containerPort": 80, "hostPort": 0, "protocol": "tcp"}],
        "environment": [{"name": "ENVKEY", "value": "#{ENVKEY}"}],
        "ulimits": [{"name": "nofile", "softLimit": 64000, "hardLimit": 64000}],
    }
]

TENANT_TEMPLATES = ("Client.RoleArn", "Client.ExternalId", "ClusterName")


class Shop:
    """Configures a server for the shop, then releases and deploys it."""

    def __init__(self, api: Api, served, containers=CONTAINERS, properties=None, key=HUB_KEY):
        self.api = api
        self.clients = served
        self.account = api.post(
            "accounts",
            {
                "Name": "Hub",
                "AccountType": "AmazonWebServicesAccount",
                "AccessKey": key.access_key,
                "SecretKey": {"HasValue": True, "NewValue": key.secret_key},
                "Region": REGION,
            },
        )
        self.feed = api.post(
            "feeds",
            {
                "Name": "Hub registry",
                "FeedType": "AwsElasticContainerRegistry",
                "AccessKey": key.access_key,
                "SecretKey": {"HasValue": True, "NewValue": key.secret_key},
                "Region": REGION,
            },
        )
        self.environment = api.post("environments", {"Name": "Production"})
        group = api.post("projectgroups", {"Name": "Shop"})
        lifecycle = api.get("lifecycles/all")[0]
        self.project = api.post(
            "projects",
            {
                "Name": "Web shop",
                "ProjectGroupId": group["Id"],
                "LifecycleId": lifecycle["Id"],
                "TenantedDeploymentMode": "Tenanted",
                "Templates": [
                    {"Name": name, "DefaultValue": "", "DisplaySettings": {"Octopus.ControlType": "SingleLineText"}}
                    for name in TENANT_TEMPLATES
                ],
            },
        )
        self.set_variables(
            [
                {"Name": "Hub", "Type": "AmazonWebServicesAccount", "Value": self.account["Id"]},
                {"Name": "ENVKEY", "Type": "String", "Value": "production"},
                {"Name": "mem_soft_limit", "Type": "String", "Value": "256"},
            ]
        )
        self.set_step(containers, properties or {})
        self.tenants = {client.tenant: self._add_tenant(client) for client in served}

    def set_variables(self, variables):
        """Adds variables to the project's."""
        path = f"variables/{self.project['VariableSetId']}"
        variable_set = self.api.get(path)
        variable_set["Variables"] += [{"Scope": {}, "IsSensitive": False, **variable} for variable in variables]
        self.api.put(path, variable_set)

    def set_step(self, containers, properties):
        """Makes the process one ECS step. `properties` win over the usual ones."""
        path = f"projects/{self.project['Id']}/deploymentprocesses"
        process = self.api.get(path)
        process["Steps"] = [{"Name": "Deploy web", "Actions": [self._action(containers, properties)]}]
        self.api.put(path, process)

    def _action(self, containers, properties):
        usual = {
            "Octopus.Action.AwsAccount.Variable": "Hub",
            "Octopus.Action.Aws.Region": REGION,
            "Octopus.Action.Aws.AssumeRole": "True",
            "Octopus.Action.Aws.AssumedRoleArn": "#{Client.RoleArn}",
            "Octopus.Action.Aws.AssumeRoleExternalId": "#{Client.ExternalId}",
            "Slipway.Ecs.Cluster": "#{ClusterName}",
            "Slipway.Ecs.Service": SERVICE,
            "Slipway.Ecs.TaskFamily": FAMILY,
            "Slipway.Ecs.Compatibilities": "EC2",
            "Slipway.Ecs.Containers": json.dumps(containers),
            "Slipway.Ecs.DesiredCount": "2",
            "Slipway.Ecs.MinimumHealthyPercent": "50",
            "Slipway.Ecs.MaximumPercent": "200",
            "Slipway.Ecs.TimeoutSeconds": "120",
        }
        package = {
            "Name": "web",
            "PackageId": "shop/web",
            "FeedId": self.feed["Id"],
            "AcquisitionLocation": "NotAcquired",
            "Properties": {},
        }
        return {
            "Name": "Deploy web",
            "ActionType": "Slipway.EcsService",
            "Properties": {**usual, **properties},
            "Packages": [package],
        }

    def _add_tenant(self, client):
        tenant = self.api.post(
            "tenants",
            {"Name": client.tenant, "ProjectEnvironments": {self.project["Id"]: [self.environment["Id"]]}},
        )
        self.set_tenant_values(
            tenant,
            {
                "Client.RoleArn": client.role_arn,
                "Client.ExternalId": client.external_id,
                "ClusterName": client.cluster,
            },
        )
        return tenant

    def set_tenant_values(self, tenant, values):
        """Gives values to the project's templates, by name."""
        path = f"tenants/{tenant['Id']}/variables"
        variables = self.api.get(path)
        of_project = variables["ProjectVariables"][self.project["Id"]]
        for template in of_project["Templates"]:
            if template["Name"] in values:
                of_project["Variables"][self.environment["Id"]][template["Id"]] = values[template["Name"]]
        self.api.put(path, variables)

    def release(self, version, package=None):
        return self.api.post(
            "releases/create/v1",
            {
                "spaceIdOrName": "Default",
                "projectName": self.project["Name"],
                "releaseVersion": version,
                "packageVersion": package or version,
            },
        )

    def deploy(self, version, served=None, headers=None):
        """One call for all the clients. Returns the tasks' ids."""
        answer = self.api.post(
            "deployments/create/tenanted/v1",
            {
                "spaceIdOrName": "Default",
                "projectName": self.project["Name"],
                "releaseVersion": version,
                "environmentName": self.environment["Name"],
                "tenants": [client.tenant for client in served or self.clients],
                "tenantTags": [],
            },
            headers,
        )
        return [task["ServerTaskId"] for task in answer["DeploymentServerTasks"]]

    def wait(self, task_id, seconds=60):
        """The task, once it has ended."""
        ended = lambda: (task := self.api.get(f"/api/tasks/{task_id}"))["IsCompleted"] and task
        try:
            return until(ended, seconds, f"end of {task_id}")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log(task_id)}") from None

    def log(self, task_id):
        """The task's log as text."""
        return self.api.send("GET", f"/api/tasks/{task_id}/raw").body.decode()
