"""awssim, driven by AWS's own command line: each implemented call is made, and its answer is what AWS's client expects.

The client signs, encodes, checks and decodes by AWS's own description of its services, so what it accepts is the wire
contract. What rollouts do in detail is tested beside the simulator's code.
"""

import json
import os
import subprocess

from support.programs import ROOT, AwsSim, Folder
from support.shop import HUB, HUB_KEY, REGION, SERVICE, clients, image, scenario
from support.suite import Suite, expect_equal, expect_in, until

suite = Suite()
AWS = ROOT / "build/venv-aws_cli/bin/aws"


class Refused(Exception):
    """The command line's report of an error."""


class Cli:
    """The command line under one identity."""

    def __init__(self, address, access_key, secret_key, session_token=None):
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            "AWS_ENDPOINT_URL": address,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": access_key,
            "AWS_SECRET_ACCESS_KEY": secret_key,
            "AWS_MAX_ATTEMPTS": "1",
        }
        if session_token:
            self._environment["AWS_SESSION_TOKEN"] = session_token

    def __call__(self, *words):
        """The answer as JSON; other words than strings are given as JSON. Raises Refused."""
        words = [word if isinstance(word, str) else json.dumps(word) for word in words]
        command = [AWS, "--output", "json", *words]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise Refused(done.stderr)
        return json.loads(done.stdout or "null")

    def refusal(self, *words):
        """The error message of a call that must fail."""
        try:
            answer = self(*words)
        except Refused as error:
            return str(error)
        raise AssertionError(f"{' '.join(map(str, words))} succeeded: {answer}")


class Stage:
    """The clouds, and the command line as the hub's user and as a client account's role."""

    def __init__(self, sim, client):
        self.sim, self.client = sim, client
        self.hub = Cli(sim.address, HUB_KEY.access_key, HUB_KEY.secret_key)
        keys = self.assume("--external-id", client.external_id)["Credentials"]
        self.role = Cli(sim.address, keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        self.place = ("--cluster", client.cluster)

    def assume(self, *words):
        return self.hub("sts", "assume-role", *self._assume_words(), *words)

    def assume_refusal(self, *words):
        return self.hub.refusal("sts", "assume-role", *self._assume_words(), *words)

    def _assume_words(self):
        return "--role-arn", self.client.role_arn, "--role-session-name", "conformance"

    def service(self, name=SERVICE):
        return self.role("ecs", "describe-services", *self.place, "--services", name)["services"][0]

    def register(self, version):
        container = {"name": "web", "image": image(version), "memory": 128, "portMappings": [{"containerPort": 80}]}
        words = ("--family", "cli", "--container-definitions", [container])
        made = self.role("ecs", "register-task-definition", *words, "--tags", "key=release,value=" + version)
        return made["taskDefinition"]

    def update(self, *words):
        return self.role("ecs", "update-service", *self.place, "--service", SERVICE, *words)["service"]

    def rollouts(self, *words):
        listed = self.role("ecs", "list-service-deployments", *self.place, "--service", SERVICE, *words)
        return listed["serviceDeployments"]

    def wait_until_stable(self, name=SERVICE):
        """By the command line's own waiter too, which would look every 15 s only."""
        until(lambda: len(self.service(name)["deployments"]) == 1, 30, "one deployment")
        until(lambda: self.service(name)["deployments"][0]["rolloutState"] == "COMPLETED", 30, "a completed deployment")
        self.role("ecs", "wait", "services-stable", *self.place, "--services", name)


@suite.case
def the_hub_is_who_it_says(stage):
    who = stage.hub("sts", "get-caller-identity")
    expect_equal(who["Account"], HUB)
    expect_equal(who["Arn"], f"arn:aws:iam::{HUB}:user/slipway")


@suite.case
def a_role_is_assumed_with_its_external_id_only(stage):
    assumed = stage.assume("--external-id", stage.client.external_id, "--duration-seconds", "900")
    expect_in(":assumed-role/slipway-deploy/conformance", assumed["AssumedRoleUser"]["Arn"])
    expect_equal(stage.role("sts", "get-caller-identity")["Account"], stage.client.account)
    expect_in("(AccessDenied)", stage.assume_refusal())
    expect_in("(AccessDenied)", stage.assume_refusal("--external-id", "another"))
    too_long = stage.assume_refusal("--external-id", stage.client.external_id, "--duration-seconds", "7200")
    expect_in("(ValidationError)", too_long)


@suite.case
def wrong_secrets_are_refused_by_every_service(stage):
    stranger = Cli(stage.sim.address, HUB_KEY.access_key, "wrong")
    expect_in("(SignatureDoesNotMatch)", stranger.refusal("sts", "get-caller-identity"))
    expect_in("(InvalidSignatureException)", stranger.refusal("ecs", "list-clusters"))
    expect_in("(InvalidSignatureException)", stranger.refusal("ecr", "describe-repositories"))


@suite.case
def repositories_and_images_are_found(stage):
    made = stage.hub("ecr", "create-repository", "--repository-name", "tools/cli")["repository"]
    expect_equal(made["repositoryUri"], f"{HUB}.dkr.ecr.{REGION}.amazonaws.com/tools/cli")
    names = [found["repositoryName"] for found in stage.hub("ecr", "describe-repositories")["repositories"]]
    expect_equal(names, ["shop/web", "tools/cli"])
    of_shop = ("--repository-name", "shop/web")
    detail = stage.hub("ecr", "describe-images", *of_shop, "--image-ids", "imageTag=1.0.0")["imageDetails"][0]
    expect_equal(detail["imageTags"], ["1.0.0"])
    ids = stage.hub("ecr", "list-images", *of_shop)["imageIds"]
    expect_in({"imageTag": "1.0.0", "imageDigest": detail["imageDigest"]}, ids)
    got = stage.hub("ecr", "batch-get-image", *of_shop, "--image-ids", "imageTag=1.0.0", "imageTag=none")
    expect_equal(got["images"][0]["imageId"]["imageDigest"], detail["imageDigest"])
    expect_equal(got["failures"][0]["failureCode"], "ImageNotFound")
    unknown = stage.hub.refusal("ecr", "describe-images", *of_shop, "--image-ids", "imageTag=none")
    expect_in("(ImageNotFoundException)", unknown)


@suite.case
def the_registry_gives_tokens_and_keeps_policies(stage):
    token = stage.hub("ecr", "get-authorization-token")["authorizationData"][0]
    expect_equal(token["proxyEndpoint"], f"https://{HUB}.dkr.ecr.{REGION}.amazonaws.com")
    of_tools = ("--repository-name", "tools/cli")
    expect_in("(RepositoryPolicyNotFoundException)", stage.hub.refusal("ecr", "get-repository-policy", *of_tools))
    policy = {"Version": "2012-10-17", "Statement": []}
    stage.hub("ecr", "set-repository-policy", *of_tools, "--policy-text", policy)
    kept = stage.hub("ecr", "get-repository-policy", *of_tools)["policyText"]
    expect_equal(json.loads(kept), policy)


@suite.case
def clusters_are_made_and_found(stage):
    made = stage.role("ecs", "create-cluster", "--cluster-name", "spare")["cluster"]
    expect_in(made["clusterArn"], stage.role("ecs", "list-clusters")["clusterArns"])
    described = stage.role("ecs", "describe-clusters", "--clusters", "spare", "none")
    expect_equal(described["clusters"][0]["status"], "ACTIVE")
    expect_equal(described["failures"][0]["reason"], "MISSING")


@suite.case
def task_definitions_are_registered_listed_and_retired(stage):
    first = stage.register("1.0.0")
    ports = first["containerDefinitions"][0]["portMappings"]
    expect_equal(ports, [{"containerPort": 80, "hostPort": 0, "protocol": "tcp"}])
    second = stage.register("1.1.0")
    listed = stage.role("ecs", "list-task-definitions", "--family-prefix", "cli", "--sort", "DESC")
    expect_equal(listed["taskDefinitionArns"], [second["taskDefinitionArn"], first["taskDefinitionArn"]])
    retired = stage.role("ecs", "deregister-task-definition", "--task-definition", second["taskDefinitionArn"])
    expect_equal(retired["taskDefinition"]["status"], "INACTIVE")
    newest = stage.role("ecs", "describe-task-definition", "--task-definition", "cli", "--include", "TAGS")
    expect_equal(newest["taskDefinition"]["taskDefinitionArn"], first["taskDefinitionArn"])
    expect_equal(newest["tags"], [{"key": "release", "value": "1.0.0"}])


@suite.case
def a_service_lives_and_ends(stage):
    container = {"name": "job", "image": "busybox:1", "memory": 16}
    stage.role("ecs", "register-task-definition", "--family", "job", "--container-definitions", [container])
    words = ("--service-name", "job", "--task-definition", "job", "--desired-count", "1")
    made = stage.role("ecs", "create-service", *stage.place, *words)["service"]
    expect_equal(made["deployments"][0]["rolloutState"], "IN_PROGRESS")
    expect_in(made["serviceArn"], stage.role("ecs", "list-services", *stage.place)["serviceArns"])
    stage.wait_until_stable("job")
    stage.role("ecs", "delete-service", *stage.place, "--service", "job", "--force")
    until(lambda: stage.service("job")["status"] == "INACTIVE", 30, "the service is gone")
    stage.role("ecs", "wait", "services-inactive", *stage.place, "--services", "job")


@suite.case
def a_rollout_ends_successful_with_proof(stage):
    definition = stage.register("1.0.0")
    updated = stage.update("--task-definition", definition["taskDefinitionArn"])
    deployment = updated["deployments"][0]
    expect_equal(deployment["status"], "PRIMARY")
    stage.wait_until_stable()
    settled = stage.service()
    expect_equal([d["id"] for d in settled["deployments"]], [deployment["id"]])
    expect_equal(settled["deployments"][0]["rolloutState"], "COMPLETED")
    expect_in("has reached a steady state", settled["events"][0]["message"])
    arns = stage.role("ecs", "list-tasks", *stage.place, "--service-name", SERVICE)["taskArns"]
    tasks = stage.role("ecs", "describe-tasks", *stage.place, "--tasks", *arns)["tasks"]
    expect_equal({task["startedBy"] for task in tasks}, {deployment["id"]})
    expect_equal({task["lastStatus"] for task in tasks}, {"RUNNING"})
    brief = stage.rollouts("--status", "SUCCESSFUL")[0]
    revisions = ("--service-revision-arns", brief["targetServiceRevisionArn"])
    revision = stage.role("ecs", "describe-service-revisions", *revisions)["serviceRevisions"][0]
    expect_equal(revision["taskDefinition"], definition["taskDefinitionArn"])
    expect_equal(revision["containerImages"][0]["imageDigest"], tasks[0]["containers"][0]["imageDigest"])


@suite.case
def a_rollout_is_rolled_back_on_request(stage):
    before = stage.service()["taskDefinition"]
    hopeless = stage.register("none")["taskDefinitionArn"]
    without_breaker = {"deploymentCircuitBreaker": {"enable": False, "rollback": False}}
    stage.update("--task-definition", hopeless, "--deployment-configuration", without_breaker)
    rollout = stage.rollouts("--status", "IN_PROGRESS")[0]["serviceDeploymentArn"]
    words = ("--service-deployment-arn", rollout, "--stop-type", "ROLLBACK")
    stopped = stage.role("ecs", "stop-service-deployment", *words)
    expect_equal(stopped["serviceDeploymentArn"], rollout)
    stage.wait_until_stable()
    described = stage.role("ecs", "describe-service-deployments", "--service-deployment-arns", rollout)
    expect_equal(described["serviceDeployments"][0]["status"], "ROLLBACK_SUCCESSFUL")
    expect_equal(stage.service()["taskDefinition"], before)


@suite.case
def a_task_is_stopped_and_replaced(stage):
    victim = stage.role("ecs", "list-tasks", *stage.place, "--service-name", SERVICE)["taskArns"][0]
    stopped = stage.role("ecs", "stop-task", *stage.place, "--task", victim, "--reason", "because")["task"]
    expect_equal((stopped["stopCode"], stopped["stoppedReason"]), ("UserInitiated", "because"))
    until(lambda: stage.service()["runningCount"] == 2, 30, "the task is replaced")


@suite.case
def resources_are_tagged(stage):
    of_service = ("--resource-arn", stage.service()["serviceArn"])
    stage.role("ecs", "tag-resource", *of_service, "--tags", "key=team,value=shop", "key=old,value=1")
    stage.role("ecs", "untag-resource", *of_service, "--tag-keys", "old")
    tags = stage.role("ecs", "list-tags-for-resource", *of_service)["tags"]
    expect_equal(tags, [{"key": "team", "value": "shop"}])


@suite.case
def refusals_carry_the_codes_that_clients_act_on(stage):
    refusal = stage.role.refusal
    of_no_cluster = ("--cluster", "none", "--services", SERVICE)
    expect_in("(ClusterNotFoundException)", refusal("ecs", "describe-services", *of_no_cluster))
    expect_in("(ServiceNotFoundException)", refusal("ecs", "update-service", *stage.place, "--service", "none"))
    expect_in("(ClientException)", refusal("ecs", "describe-task-definition", "--task-definition", "none:1"))
    stage.sim.post("/_sim/faults", {"kind": "throttle", "operation": "ecs:ListClusters"})
    expect_in("(ThrottlingException)", refusal("ecs", "list-clusters"))
    stage.sim.post("/_sim/faults", {"kind": "server_error", "operation": "ecs:ListClusters"})
    expect_in("(ServerException)", refusal("ecs", "list-clusters"))
    stage.sim.post("/_sim/faults", {"kind": "lose_reply", "operation": "ecs:ListClusters"})
    expect_in("Connection was closed", refusal("ecs", "list-clusters"))


@suite.case
def an_expired_session_is_told(stage):
    stage.sim.post("/_sim/credentials/expire", {})
    expect_in("(ExpiredTokenException)", stage.role.refusal("ecs", "list-clusters"))
    expect_in("(ExpiredToken)", stage.role.refusal("sts", "get-caller-identity"))


@suite.case
def every_implemented_call_was_driven(stage):
    accounts = stage.sim.get("/_sim/calls")["accounts"].values()
    driven = {name for account in accounts for name, tally in account["operations"].items() if tally["succeeded"]}
    expect_equal(sorted(set(stage.sim.get("/_sim/operations")["operations"]) - driven), [])


def main():
    client = clients(1)[0]
    with Folder() as folder, AwsSim(folder, scenario([client]), speed=100) as sim:
        suite.run_and_exit(Stage(sim, client))


if __name__ == "__main__":
    main()
