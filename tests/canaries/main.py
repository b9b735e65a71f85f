"""200 unique secrets go in, are used by a deployment, and are searched for everywhere they must not come out."""

import base64
import hashlib
import json
import secrets
import urllib.parse
from pathlib import Path

from support.api import Api
from support.aws import Credentials
from support.programs import AwsSim, Folder, Slipway
from support.shop import CONTAINERS, HUB_KEY, Shop, clients, scenario
from support.suite import Suite, expect_equal, expect_in

suite = Suite()
ACCOUNTS, VARIABLES = 80, 110


def canary():
    return f"canary-{secrets.token_urlsafe(24)}"


class Cage:
    """A server full of canaries, and everything it ever answered."""

    def __init__(self, folder, sim, server, hub_key):
        self.folder, self.sim, self.server = folder, sim, server
        self.answers = []
        self.api = Api(server.address, server.key, observer=lambda *answer: self.answers.append(answer))
        self.canaries = {"access key of the hub": hub_key.secret_key}
        containers = [{**CONTAINERS[0], "environment": [{"name": "ENVKEY", "value": "#{ENVKEY}"}]}]
        self.shop = Shop(self.api, clients(2), containers, key=hub_key)
        self._fill_accounts()
        self._fill_variables()
        self._fill_tenants()
        assert len(self.canaries) >= 200, f"only {len(self.canaries)} canaries"

    def keep(self, what):
        """A new canary, remembered under its place."""
        self.canaries[what] = canary()
        return self.canaries[what]

    def _fill_accounts(self):
        for number in range(ACCOUNTS):
            sealed = {"HasValue": True, "NewValue": self.keep(f"account {number}")}
            common = {"Name": f"Account {number}"}
            if number % 4 == 1:  # in shapes that nobody was told to send
                account = {
                    **common,
                    "AccountType": "UsernamePassword",
                    "Password": sealed["NewValue"],
                    "NewPassword": self.keep(f"account {number}, unknown member"),
                }
            elif number % 2:
                account = {**common, "AccountType": "UsernamePassword", "Username": "someone", "Password": sealed}
            else:
                account = {
                    **common,
                    "AccountType": "AmazonWebServicesAccount",
                    "AccessKey": "AKIA",
                    "SecretKey": sealed,
                }
            created = self.api.post("accounts", account)
            # Replacing a secret must leave nothing of the one before.
            if number % 4 == 0:
                created["SecretKey"] = {"HasValue": True, "NewValue": self.keep(f"account {number}, second value")}
                self.api.put(f"accounts/{created['Id']}", created)

    def _fill_variables(self):
        self.shop.set_variables(
            [
                {
                    "Name": f"Secret{number}",
                    **({"Type": "Sensitive", "IsSensitive": True} if number % 2 else {"Type": "sensitive"}),
                    "Value": self.keep(f"variable {number}"),
                }
                for number in range(VARIABLES)
            ]
        )
        # Derived from secrets by the substitution language, and hence secret too.
        everything = "-".join(f"#{{Secret{number}}}" for number in range(VARIABLES))
        self.shop.set_variables([{"Name": "Everything", "Type": "String", "Value": everything}])

    def _fill_tenants(self):
        template = {"Name": "Token", "DefaultValue": "", "DisplaySettings": {"Octopus.ControlType": "Sensitive"}}
        path = f"projects/{self.shop.project['Id']}"
        project = self.api.get(path)
        project["Templates"].append(template)
        self.api.put(path, project)
        for name, tenant in self.shop.tenants.items():
            secret = self.keep(f"tenant {name}")
            is_first = tenant is next(iter(self.shop.tenants.values()))
            # The template says that it is a secret; a bare text is one too.
            self.shop.set_tenant_values(
                tenant, {"Token": secret if is_first else {"HasValue": True, "NewValue": secret}}
            )

    def forms(self):
        """Each canary as it may be written: plain, in JSON, in an address, in base64 at each alignment, in hex, and as
        the filters that are used here make it."""
        for what, value in self.canaries.items():
            raw = value.encode()
            yield what, raw
            yield f"{what}, in an address", urllib.parse.quote(value, safe="").encode()
            yield f"{what}, in hex", raw.hex().encode()
            yield f"{what}, in capitals", value.upper().encode()
            yield f"{what}, as a digest", hashlib.sha256(raw).hexdigest().encode()
            yield f"{what}, in part", value[4:24].encode()
            for shift in range(3):
                inner = base64.b64encode(b"\0" * shift + raw)[4 if shift else 0 : -4]
                yield f"{what}, in base64", inner

    def expect_absent(self, haystack, place):
        for what, needle in self.forms():
            at = haystack.find(needle)
            assert at < 0, f"{what} stands in {place} at {at}"


@suite.case
def a_deployment_that_uses_secrets_succeeds(cage):
    cage.shop.release("1.0.0")
    for task_id in cage.shop.deploy("1.0.0"):
        task = cage.shop.wait(task_id)
        expect_equal(task["State"], "Success", cage.shop.log(task_id))


@suite.case
def a_deployment_that_hands_secrets_to_a_container_tells_nobody(cage):
    environment = [{"name": f"SECRET{n}", "value": f"#{{Secret{n}}}"} for n in range(VARIABLES)]
    environment.append({"name": "EVERYTHING", "value": "#{Everything}"})
    environment.append({"name": "TOKEN", "value": "#{Token}"})
    environment.append({"name": "CAPITALS", "value": "#{Secret3 | ToUpper}"})
    environment.append({"name": "PART", "value": "#{Secret4 | Substring 4 20}"})
    cage.shop.set_step([{**CONTAINERS[0], "environment": environment}], {})
    cage.shop.release("1.1.0")
    for task_id in cage.shop.deploy("1.1.0"):
        cage.shop.wait(task_id)
        log = cage.shop.log(task_id)
        for variable in ("SECRET0", "EVERYTHING", "TOKEN", "CAPITALS", "PART"):
            expect_in(f"Container web: the environment variable {variable} holds a sensitive variable's value", log)
    received = json.dumps(cage.sim.get("/_sim/state"))
    used = [what for what, value in cage.canaries.items() if value in received]
    print(f"        {len(used)} canaries reached the task definitions")


@suite.case
def a_deployment_whose_names_are_secrets_tells_nobody(cage):
    cage.shop.set_step(
        CONTAINERS, {"Slipway.Ecs.Cluster": "#{Secret1}", "Slipway.Ecs.Service": "#{Secret2 | ToBase64}"}
    )
    fail_at_names(cage, "1.2.0")
    for number, filter_name in enumerate(("ToUpper", "Sha256", "Substring 4 20")):
        name = f"#{{Secret{number + 5} | {filter_name}}}"
        cage.shop.set_step(CONTAINERS, {"Slipway.Ecs.Cluster": name, "Slipway.Ecs.Service": name})
        fail_at_names(cage, f"1.3.{number}")


def fail_at_names(cage, version):
    cage.api.post(
        "releases/create/v1",
        {
            "spaceIdOrName": "Default",
            "projectName": cage.shop.project["Name"],
            "releaseVersion": version,
            "packageVersion": "1.0.0",
            "releaseNotes": "#{Everything}",
        },
    )
    for task_id in cage.shop.deploy(version):
        expect_equal(cage.shop.wait(task_id)["State"], "Failed")
        expect_in("********", cage.shop.log(task_id))


@suite.case
def a_deployment_whose_properties_are_stored_as_secrets_succeeds_and_tells_nobody(cage):
    environment = [{"name": "ENVKEY", "value": cage.keep("a text in a property's JSON")}]
    containers = json.dumps([{**CONTAINERS[0], "environment": environment}])
    session = cage.keep("a property that names the session")
    cage.shop.set_step(
        CONTAINERS,
        {
            "Slipway.Ecs.Containers": {"HasValue": True, "NewValue": containers},
            "Octopus.Action.Aws.AssumedRoleSession": {"HasValue": True, "NewValue": session},
        },
    )
    cage.shop.release("1.4.0", package="1.0.0")
    for task_id in cage.shop.deploy("1.4.0"):
        task = cage.shop.wait(task_id)
        expect_equal(task["State"], "Success", cage.shop.log(task_id))
    received = json.dumps(cage.sim.get("/_sim/state"))
    expect_in(environment[0]["value"], received)
    # Of a process that has changed since, a release still knows the secret that it froze.
    cage.shop.set_step(CONTAINERS, {"Slipway.Ecs.Service": {"HasValue": True, "NewValue": cage.keep("a new property")}})
    for task_id in cage.shop.deploy("1.4.0"):
        expect_equal(cage.shop.wait(task_id)["State"], "Success", cage.shop.log(task_id))
    fail_at_names(cage, "1.5.0")


@suite.case
def a_preview_of_what_is_secret_shows_that_it_is(cage):
    releases = cage.api.get(f"projects/{cage.shop.project['Id']}/releases")["Items"]
    environment = cage.shop.environment["Id"]
    tenants = [tenant["Id"] for tenant in cage.shop.tenants.values()]
    for release in releases:
        previews = cage.api.post(
            f"releases/{release['Id']}/deployments/previews",
            {"DeploymentPreviews": [{"EnvironmentId": environment, "TenantId": tenant} for tenant in tenants]},
        )
        shown = {given["Name"]: given["Value"] for given in previews[0]["StepsToExecute"][0]["Inputs"]}
        expect_equal(shown["Slipway.Ecs.Cluster"] is None, False)
        if release["Version"] == "1.4.0":
            expect_equal(shown["Slipway.Ecs.Containers"], "********")
            expect_equal(previews[0]["StepsToExecute"][0]["Problems"], [])
            expect_equal(shown["Slipway.Ecs.Cluster"], "clients")


@suite.case
def bad_requests_with_secrets_in_them_are_refused_without_an_echo(cage):
    secret = cage.canaries["account 1"]
    for body in (
        '{"Name":"x","AccountType":"UsernamePassword","Password":"%s"}' % secret,
        '{"Name":"x","AccountType":"UsernamePassword","Password":{"NewValue":"%s"' % secret,
        '{"Name":"x","AccountType":"%s"}' % "Nonsense",
        '{"Name":["%s"]}' % secret,
    ):
        cage.api.send("POST", "accounts", body.encode())


@suite.case
def no_answer_of_any_route_holds_a_secret(cage):
    document = cage.api.get("/api/openapi.json")
    ids = {}
    for _, _, response in list(cage.answers):
        try:
            collect_ids(response.json(), ids)
        except ValueError:
            continue
    for path, operations in document["paths"].items():
        if "get" in operations:
            for address in addresses(path, ids):
                cage.api.send("GET", address)
    for method, path, response in cage.answers:
        if path != "/api/openapi.json":
            cage.expect_absent(response.body + repr(response.headers).encode(), f"the answer to {method} {path}")
    print(f"        {len(cage.answers)} answers searched")


def collect_ids(value, ids):
    """Ids of documents by the collection that their Self link names."""
    if isinstance(value, dict):
        link = (value.get("Links") or {}).get("Self", "") if isinstance(value.get("Links"), dict) else ""
        if isinstance(value.get("Id"), str) and link.count("/") >= 3:
            ids.setdefault(link.split("/")[-2].lower(), []).append(value["Id"])
        for member in value.values():
            collect_ids(member, ids)
    elif isinstance(value, list):
        for member in value:
            collect_ids(member, ids)


def addresses(path, ids):
    """The path with the first and last known ids filled in."""
    for end in (0, -1):
        segments = path.split("/")
        for index, segment in enumerate(segments):
            if segment.startswith("{"):
                known = ids.get(segments[index - 1].lower())
                is_space = segment.lower().startswith("{space")
                segments[index] = "Spaces-1" if is_space else known[end] if known else "none"
        yield "/".join(segments)


@suite.case
def no_file_of_the_database_holds_a_secret(cage):
    files = [path for path in (cage.folder / "data").rglob("*") if path.is_file()]
    assert any(path.stat().st_size > 4096 for path in files), "the database was not found"
    for path in files:
        cage.expect_absent(path.read_bytes(), path.name)


@suite.case
def the_log_of_the_server_holds_no_secret(cage):
    assert cage.server.log.stat().st_size > 0
    cage.expect_absent(cage.server.log.read_bytes(), "the server's log")


@suite.case
def no_task_log_holds_a_secret(cage):
    tasks = cage.api.get("tasks?take=1000")["Items"]
    assert len(tasks) >= 6
    for task in tasks:
        for view in ("raw", "details?verbose=true&tail=100000"):
            answer = cage.api.send("GET", f"/api/tasks/{task['Id']}/{view}")
            expect_equal(answer.status, 200)
            cage.expect_absent(answer.body, f"{task['Id']}/{view}")


@suite.case
def no_process_shows_a_secret_in_its_arguments_or_environment(cage):
    looked_at = 0
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        for name in ("cmdline", "environ"):
            try:
                content = (process / name).read_bytes()
            except OSError:
                continue  # ended meanwhile, or another user's
            cage.expect_absent(content, f"{name} of process {process.name}")
            looked_at += process.name == str(cage.server.pid)
    expect_equal(looked_at, 2, "files of the server itself")


@suite.case
def after_a_stop_the_files_still_hold_no_secret(cage):
    expect_equal(cage.server.stop(), 0, "exit code")
    no_file_of_the_database_holds_a_secret(cage)
    the_log_of_the_server_holds_no_secret(cage)


def main():
    hub_key = Credentials(HUB_KEY.access_key, canary())
    clouds = scenario(clients(2))
    clouds["accounts"][0]["accessKeys"][0]["secretAccessKey"] = hub_key.secret_key
    with Folder() as folder, AwsSim(folder, clouds, speed=50) as sim, Slipway(folder, sim.address) as server:
        suite.run_and_exit(Cage(folder, sim, server, hub_key))


if __name__ == "__main__":
    main()
