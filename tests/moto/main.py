"""Against moto's server, which takes every call but runs nothing: never a success without proof."""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from support.api import Api
from support.aws import Credentials, Ecr, Ecs
from support.programs import ROOT, Folder, Program, Slipway
from support.shop import FAMILY, REGION, SERVICE, Shop, clients, scenario
from support.suite import Suite, expect_equal, expect_in

suite = Suite()
PROOF_SECONDS = 20
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
HUB_KEY = Credentials("AKIAIOSFODNN7EXAMPLE", "moto/checks/no/signature")


class Moto(Program):
    def __init__(self, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = ROOT / "build/venv-moto/bin/moto_server"
        super().__init__([server, "-H", "127.0.0.1", "-p", port], folder / "moto.log")
        self.address = f"http://127.0.0.1:{port}"
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{self.address}/moto-api/data.json", timeout=5).close()
                return
            except (urllib.error.URLError, ConnectionError):
                assert self.process.poll() is None, self.log_text()
                time.sleep(0.1)
        raise AssertionError(f"moto does not answer:\n{self.log_text()}")


def fill(address, served):
    """Gives moto the same contents that awssim would get."""
    hub, *accounts = scenario(served)["accounts"]
    ecr = Ecr(address, REGION, HUB_KEY)
    for repository in hub["repositories"]:
        ecr("CreateRepository", repositoryName=repository["name"])
        for image in repository["images"]:
            manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": {"digest": image["tag"]}, "layers": []}
            ecr(
                "PutImage",
                repositoryName=repository["name"],
                imageTag=image["tag"],
                imageManifest=json.dumps(manifest),
            )
    for client, account in zip(served, accounts):
        ecs = client.ecs(address, HUB_KEY)
        ecs("CreateCluster", clusterName=client.cluster)
        ecs("RegisterTaskDefinition", **account["taskDefinitions"][0])
        ecs("CreateService", **account["services"][0])


@suite.case
def a_rollout_that_never_runs_anything_ends_failed_in_both_accounts(moto, shop):
    shop.release("1.0.0")
    began = time.monotonic()
    for task_id in shop.deploy("1.0.0"):
        task = shop.wait(task_id, PROOF_SECONDS + 20)
        expect_equal(task["State"], "Failed", shop.log(task_id))
        expect_in("rollout not provable (deployment id unchanged, no tasks)", task["ErrorMessage"])
    took = time.monotonic() - began
    assert took >= PROOF_SECONDS - 1, f"gave up after {took:.0f} s already"
    assert took <= PROOF_SECONDS + 10, f"gave up only after {took:.0f} s"


@suite.case
def the_new_revision_was_registered_and_the_service_updated_in_both_accounts(moto, shop):
    for client in shop.clients:
        ecs = client.ecs(moto.address, HUB_KEY)
        service = ecs("DescribeServices", cluster=client.cluster, services=[SERVICE])["services"][0]
        expect_in(f":{client.account}:", service["serviceArn"])
        expect_in(f"{FAMILY}:2", service["taskDefinition"])
        definition = ecs("DescribeTaskDefinition", taskDefinition=f"{FAMILY}:2")["taskDefinition"]
        container = definition["containerDefinitions"][0]
        expect_in("shop/web", container["image"])
        expect_equal(container["memoryReservation"], 256)


@suite.case
def the_model_of_aws_in_the_binaries_is_what_this_botocore_ships(_moto, _shop):
    made = subprocess.run([sys.executable, ROOT / "tools/aws_model.py", "--check"], capture_output=True, text=True)
    expect_equal(made.returncode, 0, made.stderr)


def main():
    served = clients(2)
    with Folder() as folder, Moto(folder) as moto:
        fill(moto.address, served)
        with Slipway(folder, moto.address) as server:
            # Moto's services never end their first rollout, so nobody waits for it.
            properties = {"Slipway.Ecs.ProofTimeoutSeconds": str(PROOF_SECONDS), "Slipway.Ecs.WhenBusy": "Supersede"}
            suite.run_and_exit(moto, Shop(Api(server.address, server.key), served, properties=properties, key=HUB_KEY))


if __name__ == "__main__":
    main()
