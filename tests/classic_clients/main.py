"""Clients from before the executions API: the plain REST calls of the Jenkins plugin 1.9, octo's habits, and curl."""

import json
import shutil
import subprocess

from support.api import Api
from support.programs import Folder, Slipway
from support.suite import Suite, expect_equal, until
from support.target import make_project

suite = Suite()
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Server:
    """A server with a project of one step that does nothing, two environments and a tenant."""

    def __init__(self, slipway):
        self.address, self.key = slipway.address, slipway.key
        self.api = Api(slipway.address, slipway.key)
        self.development = self.api.post("environments", {"Name": "Development"})
        self.production = self.api.post("environments", {"Name": "Production"})
        self.project = make_project(self.api, "Web shop", TenantedDeploymentMode="TenantedOrUntenanted")
        connected = {self.project["Id"]: [self.development["Id"], self.production["Id"]]}
        self.tenant = self.api.post("tenants", {"Name": "Fern", "ProjectEnvironments": connected})

    def wait(self, task_id):
        return until(lambda: (task := self.api.get(f"/api/tasks/{task_id}"))["IsCompleted"] and task, 20, task_id)


def jenkins_create_release(server, version):
    """The requests of the plugin's release step, read from its source. It uses the default space's short addresses."""
    api = server.api
    project = next(p for p in api.get("/api/projects/all") if p["Name"] == "Web shop")
    channels = api.get(f"/api/projects/{project['Id']}/channels")["Items"]
    channel = next(c for c in channels if c["IsDefault"])
    for name in ("Id", "Name", "Description", "ProjectId", "IsDefault"):
        assert name in channel, name
    process = api.get(f"/api/deploymentprocesses/deploymentprocess-{project['Id']}")
    for step in process["Steps"]:
        for name in ("Id", "Name", "Actions"):
            assert name in step, name
        for action in step["Actions"]:
            for name in ("Id", "Name", "ActionType", "Properties"):
                assert name in action, name
    template = api.get(f"/api/deploymentprocesses/deploymentprocess-{project['Id']}/template")
    expect_equal(template["Packages"], [])
    body = (
        f'{{ProjectId:"{project["Id"]}",Version:"{version}",ChannelId:"{channel["Id"]}",'
        f'ReleaseNotes:"Built by Jenkins: it\'s {{green}}",SelectedPackages:[]}}'
    )
    answer = api.send("POST", "/api/releases", body.encode(), FORM)
    expect_equal(answer.status, 201, answer.body.decode())
    return project, answer.json()


@suite.case
def jenkins_1_creates_a_release_with_unquoted_keys_in_a_form(server):
    project, release = jenkins_create_release(server, "1.0.0")
    expect_equal(release["Version"], "1.0.0")
    expect_equal(release["ReleaseNotes"], "Built by Jenkins: it's {green}")
    assert release["Links"]["Web"], "the plugin prints this link"
    listed = server.api.get(f"/api/projects/{project['Id']}/releases")["Items"]
    for name in ("Id", "Version", "ChannelId", "ReleaseNotes"):
        assert name in listed[0], name


@suite.case
def jenkins_1_omits_the_channel_and_gets_the_default_one(server):
    body = f'{{ProjectId:"{server.project["Id"]}",Version:"1.0.1"}}'
    release = server.api.send("POST", "/api/releases", body.encode(), FORM).json()
    default = server.api.get(f"projects/{server.project['Id']}/channels")["Items"][0]
    expect_equal(release["ChannelId"], default["Id"])


def jenkins_deploy(server, version, environment_name, tenant_name=None):
    """The requests of the plugin's deployment step."""
    api = server.api
    project = next(p for p in api.get("/api/projects/all") if p["Name"] == "Web shop")
    environment = next(e for e in api.get("/api/environments/all") if e["Name"] == environment_name)
    for name in ("Id", "Name", "Description"):
        assert name in environment, name
    tenant = tenant_name and next(t for t in api.get("/api/tenants/all") if t["Name"] == tenant_name)
    release = next(r for r in api.get(f"/api/projects/{project['Id']}/releases")["Items"] if r["Version"] == version)
    preview = api.get(f"/api/releases/{release['Id']}/deployments/preview/{environment['Id']}")
    expect_equal(preview["Form"]["Elements"], [])
    body = f'{{EnvironmentId:"{environment["Id"]}",ReleaseId:"{release["Id"]}"'
    body += f',TenantId:"{tenant["Id"]}"}}' if tenant else "}"
    answer = api.send("POST", "/api/deployments", body.encode(), FORM)
    expect_equal(answer.status, 201, answer.body.decode())
    deployment = answer.json()
    assert deployment["Links"]["Web"], "the plugin prints this link"
    return deployment


@suite.case
def jenkins_1_deploys_and_polls_the_task_to_its_end(server):
    deployment = jenkins_deploy(server, "1.0.0", "Development")
    task = server.wait(deployment["TaskId"])
    for name in ("Id", "Name", "Description", "State", "IsCompleted"):
        assert name in task, name
    expect_equal(task["State"], "Success", task["ErrorMessage"])


@suite.case
def jenkins_1_deploys_for_a_tenant(server):
    deployment = jenkins_deploy(server, "1.0.0", "Development", "Fern")
    expect_equal(deployment["TenantId"], server.tenant["Id"])
    expect_equal(server.wait(deployment["TaskId"])["State"], "Success")


@suite.case
def jenkins_1_finds_messages_in_the_compact_error_text(server):
    body = f'{{ProjectId:"{server.project["Id"]}",Version:"1.0.0"}}'
    answer = server.api.send("POST", "/api/releases", body.encode(), FORM)
    expect_equal(answer.status, 400)
    assert b'"ErrorMessage":"' in answer.body and b'"Errors":["' in answer.body, answer.body


@suite.case
def jenkins_1_checks_the_address_with_head(server):
    assert server.api.send("HEAD", "/", headers={"X-Octopus-ApiKey": None}).status < 400
    expect_equal(server.api.send("GET", "/api", headers={"X-Octopus-ApiKey": None}).status, 200)


def follow(link, **values):
    """An address made from a link template; parts without a value vanish, as clients expand them."""
    path, _, query = link.partition("{?")
    path = path.replace("{/id}", f"/{values['id']}" if "id" in values else "")
    names = query.rstrip("}").split(",") if query else []
    pairs = [f"{name}={values[name]}" for name in names if name in values]
    return path + ("?" + "&".join(pairs) if pairs else "")


def overriding(api, verb, path, body=None):
    """octo sends PUT and DELETE as POST with a header."""
    answer = api.send("POST", path, body, {"X-HTTP-Method-Override": verb})
    expect_equal(answer.status, 200, answer.body.decode())
    return answer


@suite.case
def octo_finds_its_way_by_links_from_the_root(server):
    api = server.api
    root = api.get("/api")
    assert root["ApiVersion"].startswith("3.0."), root["ApiVersion"]
    user = api.get(root["Links"]["CurrentUser"])
    spaces = api.get(user["Links"]["Spaces"])
    home = api.get(next(space for space in spaces if space["IsDefault"])["Links"]["SpaceHome"])
    projects = api.get(follow(home["Links"]["Projects"], name="Web%20shop"))
    expect_equal([project["Name"] for project in projects["Items"]], ["Web shop"])
    project = projects["Items"][0]
    channels = api.get(follow(project["Links"]["Channels"]))
    expect_equal(len(channels["Items"]), 1)
    process = api.get(follow(project["Links"]["DeploymentProcess"]))
    template = api.get(follow(process["Links"]["Template"], channel=channels["Items"][0]["Id"]))
    expect_equal(template["Packages"], [])


@suite.case
def octo_overrides_the_verb_to_modify_and_delete(server):
    api = server.api
    created = api.post("environments", {"Name": "Short-lived"})
    read = api.get(created["Links"]["Self"])
    expect_equal(read, created)
    read["Description"] = "changed by override"
    modified = overriding(api, "PUT", read["Links"]["Self"], read).json()
    expect_equal(modified["Description"], "changed by override")
    expect_equal(api.get(created["Links"]["Self"]), modified)
    overriding(api, "DELETE", created["Links"]["Self"])
    expect_equal(api.send("GET", created["Links"]["Self"]).status, 404)


@suite.case
def octo_creates_deploys_and_deletes_a_release(server):
    api = server.api
    release = api.post(
        "releases?ignoreChannelRules=False",
        {
            "ProjectId": server.project["Id"],
            "ChannelId": api.get(f"projects/{server.project['Id']}/channels")["Items"][0]["Id"],
            "Version": "2.0.0",
            "SelectedPackages": [],
        },
    )
    expect_equal(api.get(release["Links"]["Self"]), release)
    template = api.get(release["Links"]["DeploymentTemplate"])
    target = next(one for one in template["PromoteTo"] if one["Id"] == server.development["Id"])
    preview = api.get(target["Links"]["Preview"].partition("{")[0])
    expect_equal(preview["UseGuidedFailureModeByDefault"], False)
    deployment = api.post(
        "deployments",
        {
            "ReleaseId": release["Id"],
            "EnvironmentId": server.development["Id"],
            "TenantId": None,
            "SkipActions": [],
            "SpecificMachineIds": [],
            "ExcludedMachineIds": [],
            "ForcePackageDownload": False,
            "UseGuidedFailure": False,
            "FormValues": {},
            "QueueTime": None,
        },
    )
    expect_equal(api.get(deployment["Links"]["Self"]), deployment)
    task = api.get(deployment["Links"]["Task"])
    expect_equal(server.wait(task["Id"])["State"], "Success")
    assert api.send("GET", task["Links"]["Raw"]).body
    details = api.get(follow(task["Links"]["Details"]))
    expect_equal(details["Task"]["Id"], task["Id"])
    overriding(api, "DELETE", release["Links"]["Self"])
    expect_equal(api.send("GET", release["Links"]["Self"]).status, 404)


def curl(server, path, body, key):
    """One call of a pipeline's shell script."""
    command = ["curl", "-sS", "--fail-with-body", f"{server.address}{path}", "-d", json.dumps(body)]
    command += ["-H", f"X-Octopus-ApiKey: {server.key}", "-H", f"Idempotency-Key: {key}"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@suite.case
def a_pipeline_with_curl_repeats_its_calls_and_nothing_happens_twice(server):
    assert shutil.which("curl"), "curl is missing"
    release = {"spaceIdOrName": "Default", "projectName": "Web shop"}  # the server chooses the version
    first = curl(server, "/api/Spaces-1/releases/create/v1", release, "build-4711-release")
    again = curl(server, "/api/Spaces-1/releases/create/v1", release, "build-4711-release")
    expect_equal(again, first)
    deployment = {
        "spaceIdOrName": "Default",
        "projectName": "Web shop",
        "releaseVersion": first["ReleaseVersion"],
        "environmentName": "Development",
        "tenants": ["Fern"],
        "tenantTags": [],
    }
    tasks = [curl(server, "/api/Spaces-1/deployments/create/tenanted/v1", deployment, "build-4711") for _ in range(3)]
    expect_equal(tasks[1:], tasks[:1] * 2)
    deployments = server.api.get(f"releases/{first['ReleaseId']}/deployments")
    expect_equal(deployments["TotalResults"], 1)
    expect_equal(server.wait(tasks[0]["DeploymentServerTasks"][0]["ServerTaskId"])["State"], "Success")


@suite.case
def an_idempotency_key_with_another_request_is_refused(server):
    release = {"spaceIdOrName": "Default", "projectName": "Web shop", "releaseVersion": "7.0.0"}
    curl(server, "/api/Spaces-1/releases/create/v1", release, "build-4712")
    other = {**release, "releaseVersion": "7.0.1"}
    answer = server.api.send("POST", "releases/create/v1", other, {"Idempotency-Key": "build-4712"})
    expect_equal(answer.status, 409)


@suite.case
def the_classic_calls_honour_an_idempotency_key_too(server):
    body = {"ProjectId": server.project["Id"], "Version": "8.0.0"}
    headers = {"Idempotency-Key": "classic-release"}
    first = server.api.post("releases", body, headers)
    expect_equal(server.api.post("releases", body, headers), first)
    deployment = {"ReleaseId": first["Id"], "EnvironmentId": server.development["Id"]}
    headers = {"Idempotency-Key": "classic-deployment"}
    created = server.api.post("deployments", deployment, headers)
    expect_equal(server.api.post("deployments", deployment, headers), created)


def main():
    with Folder() as folder, Slipway(folder) as slipway:
        suite.run_and_exit(Server(slipway))


if __name__ == "__main__":
    main()
