"""Writes down what a release stores and answers, for later programs to be held against.

    SLIPWAY_BIN=that/slipway AWSSIM_BIN=that/awssim PYTHONPATH=tests python3 tests/upgrade/make_release.py 0.1.0

makes tests/upgrade/0.1.0 (a database with its key, and the answers to all that can be asked of it) and
src/documents/samples/0.1.0 (a document of every type and kind as it was stored). Run it once, with the release's own
programs, and commit both: what a release stored never changes.
"""

import gzip
import json
import re
import shutil
import sqlite3
import sys
from pathlib import Path
from urllib.parse import quote

from support.api import Api
from support.programs import ROOT, AwsSim, Folder, Slipway
from support.shop import Shop, clients, scenario
from support.suite import expect_equal

KEY = "API-UPGRADEUPGRADEUPGRADEUPGRADE0"
SECRET = "a secret of the first release"
HERE = Path(__file__).resolve().parent

# Says nothing of what was stored: what the server itself is, and descriptions of its API.
LEFT_OUT = re.compile(r"openapi|serverstatus|^/api$|taskqueue|/packages|artifacts|interruptions|permissions|categories|types$")


def containers():
    return [
        {
            "name": "web",
            "package": "web",
            "essential": True,
            "memory": 512,
            "portMappings": [{"containerPort": 80, "hostPort": 0, "protocol": "tcp"}],
            "environment": [{"name": "PASSWORD", "value": "#{Password}"}],
        }
    ]


def set_up(api, served):
    """A document of every type and kind, with as many members as clients send."""
    shop = Shop(api, served, containers())
    secret = {"HasValue": True, "NewValue": SECRET}
    staging = api.post("environments", {"Name": "Staging", "Description": "before", "AllowDynamicInfrastructure": True})
    lifecycle = api.post(
        "lifecycles",
        {
            "Name": "Two phases",
            "Phases": [
                {"Name": "First", "OptionalDeploymentTargets": [staging["Id"]], "MinimumEnvironmentsBeforePromotion": 1},
                {"Name": "Then", "AutomaticDeploymentTargets": [], "OptionalDeploymentTargets": [shop.environment["Id"]]},
            ],
        },
    )
    tags = api.post("tagsets", {"Name": "Ring", "Tags": [{"Name": "Early", "Color": "#ff0000"}, {"Name": "Late"}]})
    api.post("projectgroups", {"Name": "Others", "Description": "the rest"})
    api.post("workerpools", {"Name": "Pool", "WorkerPoolType": "StaticWorkerPool", "Description": "no workers"})
    api.post("machinepolicies", {"Name": "Policy", "ConnectionRetryCountLimit": 7})
    for kind, members in {
        "Docker": {"FeedUri": "https://registry.example", "Username": "reader", "Password": secret},
        "NuGet": {"FeedUri": "https://nuget.example/v3/index.json", "EnhancedMode": True},
    }.items():
        api.post("feeds", {"Name": kind, "FeedType": kind, **members})
    for kind, members in {
        "UsernamePassword": {"Username": "deploy", "Password": secret},
        "Token": {"Token": secret},
    }.items():
        api.post("accounts", {"Name": kind, "AccountType": kind, "EnvironmentIds": [staging["Id"]], **members})
    library = api.post(
        "libraryvariablesets",
        {
            "Name": "Shared",
            "ContentType": "Variables",
            "Templates": [{"Name": "Region", "Label": "Region", "DefaultValue": "eu-west-1"}],
        },
    )
    of_library = api.get(f"variables/{library['VariableSetId']}")
    of_library["Variables"] = [{"Name": "Shared.Name", "Value": "shared", "Type": "String", "Scope": {}}]
    api.put(f"variables/{library['VariableSetId']}", of_library)
    project = api.get(f"projects/{shop.project['Id']}")
    api.put(
        f"projects/{project['Id']}",
        {**project, "IncludedLibraryVariableSetIds": [library["Id"]], "Description": "sells", "LifecycleId": lifecycle["Id"]},
    )
    shop.set_variables(
        [
            {"Name": "Password", "Type": "Sensitive", "IsSensitive": True, "Value": SECRET},
            {"Name": "Scoped", "Type": "String", "Value": "1", "Scope": {"Environment": [staging["Id"]]}},
            {"Name": "Asked", "Type": "String", "Value": "2", "Prompt": {"Label": "How many", "Required": False}},
        ]
    )
    api.post(
        "channels",
        {
            "Name": "Beta",
            "ProjectId": project["Id"],
            "LifecycleId": lifecycle["Id"],
            "Rules": [{"VersionRange": "[1.0,2.0]", "Actions": ["Deploy web"]}],
            "TenantTags": ["Ring/Early"],
        },
    )
    for tenant in shop.tenants.values():
        stored = api.get(f"tenants/{tenant['Id']}")
        both = {project["Id"]: [shop.environment["Id"], staging["Id"]]}
        api.put(f"tenants/{tenant['Id']}", {**stored, "TenantTags": ["Ring/Early"], "ProjectEnvironments": both})
        for environment in (staging, shop.environment):
            shop.environment, kept = environment, shop.environment
            client = next(c for c in served if c.tenant == tenant["Name"])
            shop.set_tenant_values(
                tenant,
                {"Client.RoleArn": client.role_arn, "Client.ExternalId": client.external_id, "ClusterName": client.cluster},
            )
            shop.environment = kept
    user = api.post("/api/users", {"Username": "jane", "DisplayName": "Jane", "Password": SECRET})
    api.post("/api/teams", {"Name": "Operators", "MemberUserIds": [user["Id"]]})
    api.post("/api/spaces", {"Name": "Other", "SpaceManagersTeamMembers": [user["Id"]]})
    assert tags["Tags"]
    return shop, staging


def work(api, shop, staging):
    """A release that went out to one environment, and another project whose deployment failed for want of nothing."""
    shop.release("1.0.0")
    shop.environment, production = staging, shop.environment
    for task in shop.deploy("1.0.0"):
        expect_equal(shop.wait(task, 120)["State"], "Success", shop.log(task))
    shop.environment = production
    same = {name: api.get(f"projects/{shop.project['Id']}")[name] for name in ("ProjectGroupId", "LifecycleId")}
    nothing = api.post("projects", {"Name": "Nothing", **same})
    path = f"projects/{nothing['Id']}/deploymentprocesses"
    process = api.get(path)
    process["Steps"] = [
        {
            "Name": "Nothing",
            "Properties": {"Octopus.Action.MaxParallelism": "2"},
            "Actions": [{"Name": "Nothing", "ActionType": "Slipway.NoOp", "Environments": [staging["Id"]]}],
        }
    ]
    api.put(path, process)
    release = api.post("releases", {"ProjectId": nothing["Id"], "Version": "2.1.0-beta", "ReleaseNotes": "notes"})
    done = api.post("deployments", {"ReleaseId": release["Id"], "EnvironmentId": staging["Id"], "Comments": "first"})
    expect_equal(shop.wait(done["TaskId"], 60)["State"], "Success")


def links_of(answer):
    """Addresses that an answer names, without what they may be asked for besides."""
    if isinstance(answer, list):
        for item in answer:
            yield from links_of(item)
    elif isinstance(answer, dict):
        for name, member in answer.items():
            if name == "Links" and isinstance(member, dict):
                for link in member.values():
                    path = re.sub(r"(\{/id\})?\{\?[^}]*\}$", "", link) if isinstance(link, str) else ""
                    if path.startswith("/api") and "{" not in path and "skip=" not in path:
                        yield path
            else:
                yield from links_of(member)


def crawl(api):
    """Every answer that can be reached from the roots."""
    answers, to_ask = {}, ["/api", "/api/Spaces-1", "/api/users/me"]
    asked = set(to_ask)
    while to_ask:
        path = to_ask.pop(0)
        response = api.send("GET", path)
        if response.status != 200 or "json" not in response.headers.get("Content-Type", ""):
            continue
        answer = response.json()
        if not LEFT_OUT.search(path):
            answers[path] = answer
        more = list(links_of(answer))
        if isinstance(answer, dict):
            more += [f"/api/Spaces-1/{kind}/{quote(answer[name])}" for name, kind in SNAPSHOTS.items() if answer.get(name)]
        for link in more:
            if link not in asked:
                asked.add(link)
                to_ask.append(link)
    return answers


SNAPSHOTS = {
    "ProjectDeploymentProcessSnapshotId": "deploymentprocesses",
    "ProjectVariableSetSnapshotId": "variables",
}


def write_samples(database, folder):
    """The largest stored document of each type and kind."""
    folder.mkdir(parents=True, exist_ok=True)
    columns = [row[1] for row in database.execute("PRAGMA table_info(resources)")]
    wanted = ["id", "type", "space", *(name for name in ("version", "shape") if name in columns), "body"]
    rows = database.execute(f"SELECT kind, {', '.join(wanted)} FROM resources ORDER BY length(body), id")
    for kind, *values in rows:
        row = dict(zip(wanted, values))
        row["body"] = json.loads(row["body"])
        name = f"{row['type']}.{kind}" if kind else row["type"]
        (folder / f"{name}.json").write_text(json.dumps(row, indent=1) + "\n")


def main(release):
    with Folder() as folder:
        served = clients(1)
        with AwsSim(folder, scenario(served), speed=200) as sim:
            with Slipway(folder, sim.address, key=KEY) as server:
                api = Api(server.address, KEY)
                shop, staging = set_up(api, served)
                work(api, shop, staging)
                answers = crawl(api)
        data = folder / "data"
        database = sqlite3.connect(data / "slipway.db")
        database.execute("PRAGMA journal_mode=DELETE")
        database.execute("VACUUM")
        database.commit()
        write_samples(database, ROOT / "src/documents/samples" / release)
        database.close()
        to = HERE / release
        to.mkdir(exist_ok=True)
        (to / "slipway.db.gz").write_bytes(gzip.compress((data / "slipway.db").read_bytes(), 9, mtime=0))
        shutil.copyfile(data / "master.key", to / "master.key")
        lines = (f"{json.dumps(path)}: {json.dumps(answer, sort_keys=True)}" for path, answer in sorted(answers.items()))
        (to / "answers.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
        print(f"{len(answers)} answers")


main(*sys.argv[1:])
