"""Trouble on the AWS side, one client account per case: what must still succeed, and what must fail how."""

from support.api import Api
from support.programs import AwsSim, Folder, Slipway
from support.shop import FAMILY, REGION, SERVICE, Shop, clients, scenario
from support.suite import Suite, expect_equal, expect_in, until

suite = Suite()


class Stage:
    """The clouds, the server and the shop that the cases share; each case takes a client of its own."""

    def __init__(self, sim, shop):
        self.sim, self.shop = sim, shop
        self._unused = list(shop.clients)

    def next_client(self):
        return self._unused.pop(0)

    def deploy(self, client, version="1.0.0"):
        return self.shop.deploy(version, [client])[0]

    def calls(self, client):
        """What awssim counted in the client's account."""
        return self.sim.get("/_sim/calls")["accounts"].get(client.account, {})

    def count(self, client, operation):
        return self.calls(client).get("operations", {}).get(operation, {}).get("succeeded", 0)

    def service(self, client):
        state = self.sim.get("/_sim/state")["accounts"][client.account][REGION]
        return state["clusters"][client.cluster]["services"][SERVICE]

    def wait_for_rollout(self, client):
        """Returns once the deployment waits for its rollout."""
        until(lambda: self.count(client, "ecs:UpdateService"), 20, "UpdateService")

    def expect_success_once(self, client, task_id):
        """Success, by one new revision and one rollout."""
        task = self.shop.wait(task_id)
        expect_equal(task["State"], "Success", f"{task['ErrorMessage']}\n{self.shop.log(task_id)}")
        calls = self.calls(client)
        expect_equal(calls["revisionsRegistered"], {FAMILY: 1})
        expect_equal(sum(calls["deploymentsStarted"].values()), 1)
        expect_in(":2", self.service(client)["taskDefinition"])

    def expect_failure(self, task_id, *parts):
        """Failed, with all these parts in the error."""
        task = self.shop.wait(task_id)
        expect_equal(task["State"], "Failed", self.shop.log(task_id))
        for part in parts:
            expect_in(part, task["ErrorMessage"])

    def expect_untouched(self, client):
        """Nothing was registered and the service was left alone."""
        expect_equal(self.calls(client).get("revisionsRegistered", {}), {})
        expect_equal(self.count(client, "ecs:UpdateService"), 0)


@suite.case
def bursts_of_throttling_are_ridden_out(stage):
    client = stage.next_client()
    stage.sim.post("/_sim/faults", {"kind": "throttle", "account": client.account, "count": 4})
    task = stage.deploy(client)
    stage.wait_for_rollout(client)
    stage.sim.post("/_sim/faults", {"kind": "throttle", "account": client.account, "count": 4})
    stage.expect_success_once(client, task)


@suite.case
def server_errors_are_retried(stage):
    client = stage.next_client()
    stage.sim.post("/_sim/faults", {"kind": "server_error", "account": client.account, "count": 2})
    stage.expect_success_once(client, stage.deploy(client))


@suite.case
def a_lost_reply_after_register_makes_no_second_revision(stage):
    client = stage.next_client()
    stage.sim.post(
        "/_sim/faults", {"kind": "lose_reply", "operation": "ecs:RegisterTaskDefinition", "account": client.account}
    )
    stage.expect_success_once(client, stage.deploy(client))


@suite.case
def a_lost_reply_after_update_makes_no_second_rollout(stage):
    client = stage.next_client()
    stage.sim.post("/_sim/faults", {"kind": "lose_reply", "operation": "ecs:UpdateService", "account": client.account})
    stage.expect_success_once(client, stage.deploy(client))


@suite.case
def an_empty_answer_makes_no_second_revision_and_no_second_rollout(stage):
    client = stage.next_client()
    for operation in ("ecs:RegisterTaskDefinition", "ecs:UpdateService", "ecs:DescribeServices"):
        stage.sim.post("/_sim/faults", {"kind": "empty_reply", "operation": operation, "account": client.account})
    stage.expect_success_once(client, stage.deploy(client))


@suite.case
def a_lost_request_for_an_update_is_sent_again(stage):
    client = stage.next_client()
    stage.sim.post(
        "/_sim/faults", {"kind": "lose_request", "operation": "ecs:UpdateService", "account": client.account}
    )
    stage.expect_success_once(client, stage.deploy(client))


@suite.case
def credentials_that_expire_during_the_wait_are_renewed(stage):
    client = stage.next_client()
    task = stage.deploy(client)
    stage.wait_for_rollout(client)
    expired = stage.sim.post("/_sim/credentials/expire", {"account": client.account})["expired"]
    assert expired > 0, "there was no session to expire"
    stage.expect_success_once(client, task)


@suite.case
def a_role_that_refuses_fails_the_deployment_before_register(stage):
    client = stage.next_client()
    tenant = stage.shop.tenants[client.tenant]
    stage.shop.set_tenant_values(tenant, {"Client.ExternalId": "not-what-the-role-demands"})
    stage.expect_failure(stage.deploy(client), client.role_arn, "external id")
    stage.expect_untouched(client)


@suite.case
def an_unknown_cluster_fails_the_deployment_before_register(stage):
    client = stage.next_client()
    tenant = stage.shop.tenants[client.tenant]
    stage.shop.set_tenant_values(tenant, {"ClusterName": "misspelt"})
    stage.expect_failure(stage.deploy(client), "misspelt", client.account)
    stage.expect_untouched(client)


@suite.case
def a_foreign_update_supersedes_and_nothing_is_rolled_back(stage):
    client = stage.next_client()
    task = stage.deploy(client)
    stage.wait_for_rollout(client)
    answer = stage.sim.post(
        "/_sim/foreign-update",
        {
            "account": client.account,
            "cluster": client.cluster,
            "service": SERVICE,
            "taskDefinition": f"{FAMILY}:1",
            "forceNewDeployment": True,
        },
    )
    theirs = answer["service"]["deployments"][0]["id"]
    stage.expect_failure(task, "superseded by", theirs)
    expect_equal(stage.count(client, "ecs:UpdateService"), 1, "calls of UpdateService by us")
    expect_equal(stage.service(client)["deployments"][0]["id"], theirs)


@suite.case
def the_circuit_breaker_fails_the_deployment_and_names_cause_and_revision(stage):
    client = stage.next_client()
    stage.sim.post(
        "/_sim/behaviours", {"image": "shop/web:1.1.0", "account": client.account, "behaviour": "cannot_pull"}
    )
    stage.expect_failure(stage.deploy(client, "1.1.0"), "rolled back to", f"{FAMILY}:1)", "CannotPullContainerError")
    service = stage.service(client)
    expect_in(f"{FAMILY}:1", service["deployments"][0]["taskDefinition"])


@suite.case
def an_image_that_exits_after_its_start_is_given_up_early_under_a_circuit_breaker(stage):
    client = stage.next_client()
    stage.sim.post(
        "/_sim/behaviours",
        {
            "image": "shop/web:1.1.0",
            "account": client.account,
            "behaviour": "crash_after_start",
            "exitCode": 137,
            "afterSeconds": 5,
        },
    )
    task = stage.deploy(client, "1.1.0")
    stage.expect_failure(task, "its tasks keep failing (rolled back to", "release 1.1.0", client.account, "exit 137")
    expect_in(f"{FAMILY}:1", stage.service(client)["taskDefinition"])
    said = [line for line in stage.shop.log(task).splitlines() if "exit 137" in line]
    assert len(said) <= 6, f"{len(said)} log lines tell the same cause"


@suite.case
def somebody_elses_rollout_is_waited_for_and_ours_follows(stage):
    client = stage.next_client()
    stage.sim.post(
        "/_sim/foreign-update",
        {
            "account": client.account,
            "cluster": client.cluster,
            "service": SERVICE,
            "taskDefinition": f"{FAMILY}:1",
            "forceNewDeployment": True,
        },
    )
    theirs = stage.service(client)["deployments"][0]["id"]
    task = stage.deploy(client)
    expect_equal(stage.shop.wait(task)["State"], "Success", stage.shop.log(task))
    expect_in(f"Waiting for somebody else's rollout, deployment {theirs}", stage.shop.log(task))


@suite.case
def want_of_capacity_is_named_as_the_cause(stage):
    client = stage.next_client()
    stage.sim.post("/_sim/faults", {"kind": "no_capacity", "account": client.account, "cluster": client.cluster})
    stage.expect_failure(stage.deploy(client), "unable to place a task", client.account, f"{FAMILY}:1")


def main():
    served = clients(16)
    with Folder() as folder, AwsSim(folder, scenario(served), speed=20) as sim, Slipway(folder, sim.address) as server:
        shop = Shop(Api(server.address, server.key), served)
        for version in ("1.0.0", "1.1.0"):
            shop.release(version)
        suite.run_and_exit(Stage(sim, shop))


if __name__ == "__main__":
    main()
