"""Databases of earlier releases, made by their own programs (make_release.py), under today's server."""

import gzip
import json
import subprocess
import time
from pathlib import Path

from support.api import Api, ApiError
from support.programs import SLIPWAY, AwsSim, Folder, Program, Slipway
from support.shop import FAMILY, clients, scenario
from support.suite import Suite, expect_equal, expect_in, until

HERE = Path(__file__).resolve().parent
RELEASES = sorted(path.parent.name for path in HERE.glob("*/slipway.db.gz"))
KEY = "API-UPGRADEUPGRADEUPGRADEUPGRADE0"
SECRET = "a secret of the first release"
CLIENTS = clients(1)

# Not what was stored, but what the program seeds, at every start anew.
SEEDED = "/api/userroles"

suite = Suite()


def each_release(case):
    """Registers a case for every release that there is a database of."""
    for release in RELEASES:
        suite.add(f"{release}: {case.__name__.replace('_', ' ')}", lambda: case(release))


def put_database(release, folder):
    data = folder / "data"
    data.mkdir(mode=0o700)
    contents = {
        "slipway.db": gzip.decompress((HERE / release / "slipway.db.gz").read_bytes()),
        "master.key": (HERE / release / "master.key").read_bytes(),
    }
    for name, content in contents.items():
        (data / name).write_bytes(content)
        (data / name).chmod(0o600)
    return data


class Upgraded:
    """Today's server on a release's database, with the clouds that it deployed to."""

    def __init__(self, release):
        self._release = release
        self._folder = Folder()

    def __enter__(self):
        folder = self._folder.__enter__()
        put_database(self._release, folder)
        self.sim = AwsSim(folder, scenario(CLIENTS), speed=200)
        self.server = Slipway(folder, self.sim.address, key=KEY)
        self.api = Api(self.server.address, KEY)
        return self

    def __exit__(self, *error):
        self.server.stop()
        self.sim.stop()
        self._folder.__exit__(*error)

    def refusal(self, method, path, body=None):
        response = self.api.send(method, path, body)
        assert 400 <= response.status < 500, f"{method} {path} answered {response.status}"
        return response.body.decode()


def differences(then, now, path=""):
    """Members that are gone or have another value. Items of a list are told apart by their ids where they have some.

    Of links only the document's own counts: others are no data, and those that led nowhere were given up.
    """
    if isinstance(then, dict) and isinstance(now, dict):
        for name, value in then.items():
            here = f"{path}.{name}"
            if name == "Links" and isinstance(value, dict):
                value = {"Self": value["Self"]} if "Self" in value else {}
            if name not in now:
                yield f"{here} is gone; it was {value!r}"
            else:
                yield from differences(value, now[name], here)
    elif isinstance(then, list) and isinstance(now, list):
        same = {item["Id"]: item for item in now if isinstance(item, dict) and "Id" in item}
        if not same and len(now) != len(then):
            yield f"{path} had {len(then)} items, has {len(now)}"
            return
        for position, value in enumerate(then):
            id = value.get("Id") if isinstance(value, dict) else None
            if id and id not in same:
                yield f"{path}[{id}] is gone; it was {value!r}"
            else:
                yield from differences(value, same[id] if id else now[position], f"{path}[{id or position}]")
    elif then != now:
        yield f"{path} was {then!r}, is {now!r}"


@each_release
def whatever_was_answered_is_answered_with_the_same_value(release):
    answers = json.loads((HERE / release / "answers.json").read_text())
    members, wrong = 0, []
    with Upgraded(release) as upgraded:
        for path, then in answers.items():
            if path.startswith(SEEDED):
                continue
            response = upgraded.api.send("GET", path)
            if response.status != 200:
                wrong.append(f"{path} answers {response.status}")
                continue
            members += len(str(then).split(","))
            wrong += [f"{path}{difference}" for difference in differences(then, response.json())]
    assert not wrong, "\n".join([f"{len(wrong)} differences:", *wrong[:300]])
    print(f"        {len(answers)} answers with some {members} members")


@each_release
def what_an_old_document_uses_can_not_be_deleted(release):
    with Upgraded(release) as upgraded:
        used = {
            "feeds/Feeds-1": "deploymentprocess-Projects-1",
            "accounts/Accounts-1": "variableset-Projects-1",
            "environments/Environments-2": "Lifecycles-2",
            "lifecycles/Lifecycles-2": "Projects-1",
            "tagsets/TagSets-1": "Channels-2",
            "libraryvariablesets/LibraryVariableSets-1": "Projects-1",
        }
        for document, user in used.items():
            expect_in(user, upgraded.refusal("DELETE", document), document)
            upgraded.api.get(document)


@each_release
def an_old_release_deploys_and_its_secrets_open(release):
    with Upgraded(release) as upgraded:
        api = upgraded.api
        deployment = api.post(
            "deployments",
            {"ReleaseId": "Releases-1", "EnvironmentId": "Environments-1", "TenantId": "Tenants-1"},
        )
        task = f"/api/tasks/{deployment['TaskId']}"
        until(lambda: api.get(task)["IsCompleted"], 60, "the deployment has ended")
        ended = api.get(task)
        expect_equal(ended["State"], "Success", f"{ended['ErrorMessage']}\n{api.get(task + '/details')}")
        # What assumed the role is one secret of then, what the container gets another.
        ecs = CLIENTS[0].ecs(upgraded.sim.address)
        definition = ecs("DescribeTaskDefinition", taskDefinition=FAMILY)["taskDefinition"]
        environment = definition["containerDefinitions"][0]["environment"]
        expect_equal(environment, [{"name": "PASSWORD", "value": SECRET}])


@each_release
def an_old_document_is_kept_when_it_is_saved_as_it_was_read(release):
    """Clients read, change a member, and write the whole: nothing else may change on the way."""
    collections = ("environments", "lifecycles", "projects", "channels", "tenants", "feeds", "accounts", "tagsets")
    more = ("workerpools", "machinepolicies", "projectgroups", "libraryvariablesets")
    with Upgraded(release) as upgraded:
        saved = 0
        for collection in collections + more:
            for document in upgraded.api.get(f"{collection}/all"):
                path = f"{collection}/{document['Id']}"
                expect_equal(upgraded.api.put(path, document), document, path)
                saved += 1
        print(f"        {saved} documents")


@each_release
def a_backup_of_it_is_checked_and_restored_by_todays_program(release):
    def run(*words):
        done = subprocess.run([SLIPWAY, *words], capture_output=True, text=True, timeout=60)
        expect_equal(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    with Folder() as folder:
        data = put_database(release, folder)
        expect_in("migrated at the next start", run("check", "--data", data))
        run("backup", folder / "copy.db", "--data", data, "--with-master-key")
        run("restore", folder / "copy.db", "--data", folder / "restored")


@each_release
def killed_at_any_instant_of_its_first_start_it_is_whole_at_the_next(release):
    with Folder() as folder:
        put_database(release, folder)
        command = [SLIPWAY, "server", "--data", folder / "data", "--listen", "127.0.0.1:0"]
        for n in range(30):
            with Program(command, folder / "killed.log", {"SLIPWAY_ADMIN_API_KEY": KEY}) as server:
                time.sleep(n * 0.005)
                server.kill()
        with Slipway(folder, key=KEY) as server:
            api = Api(server.address, KEY)
            answers = json.loads((HERE / release / "answers.json").read_text())
            for path in ("/api/Spaces-1/projects/Projects-1", "/api/Spaces-1/variables/variableset-Projects-1"):
                expect_equal(list(differences(answers[path], api.get(path))), [])
            try:
                api.delete("feeds/Feeds-1")
            except ApiError as error:
                expect_equal(error.status, 400)
            else:
                raise AssertionError("a feed that is used was deleted")


suite.run_and_exit()
