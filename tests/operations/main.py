"""What an operator does: backup while it works, restore, the held queue, checks, metrics, the log, options that are wrong."""

import json
import os
import re
import resource
import shutil
import ssl
import stat
import subprocess
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from support.api import Api
from support.programs import ROOT, SLIPWAY, AwsSim, Folder, Slipway
from support.shop import Shop, clients, scenario
from support.suite import Suite, expect_equal, expect_in, until
from support.target import nothing_to_deploy, release_and_deploy, wait_for

suite = Suite()
QUIET = {name: value for name, value in os.environ.items() if not name.startswith(("SLIPWAY_", "AWS_"))}


def slipway(*words, environment=None, limit=None):
    """A command's exit status and all that it said. `limit` is a resource of the process and how much it gets."""
    done = subprocess.run(
        [str(SLIPWAY), *map(str, words)],
        env={**QUIET, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
        text=True,
        preexec_fn=limit and (lambda: resource.setrlimit(limit[0], (limit[1], limit[1]))),
    )
    return done.returncode, done.stdout


def lines(server, message):
    """The entries of the server's log with that message."""
    entries = [json.loads(line) for line in server.log_text().splitlines() if line.startswith("{")]
    return [entry for entry in entries if entry["message"] == message]


@suite.case
def a_backup_under_writes_is_one_moment_and_its_restore_is_held():
    with Folder() as folder:
        backup = folder / "backup.db"
        with Slipway(folder) as server:
            api = Api(server.address, server.key)
            project, environment = nothing_to_deploy(api)
            wait_for(api, release_and_deploy(api, project, environment, "1.0.0"), "Success")
            api.post("/api/taskqueue/hold", {"Reason": "A backup with something in it is wanted."})
            waiting = release_and_deploy(api, project, environment, "1.0.1")
            stop = threading.Event()

            def write():
                writer, number = Api(server.address, server.key), 0
                while not stop.is_set():
                    number += 1
                    writer.post("environments", {"Name": f"E{number}"})

            thread = threading.Thread(target=write)
            thread.start()
            status, said = slipway("backup", backup, "--data", folder / "data")
            stop.set()
            thread.join()
            expect_equal(status, 0, said)
            expect_in("The master key is not in it", said)
            expect_equal(stat.S_IMODE(backup.stat().st_mode), 0o600)
            expect_equal(slipway("backup", backup, "--data", folder / "data")[0], 1, "a second one of that name")
            api.post("/api/taskqueue/release", {})
            wait_for(api, waiting, "Success")
            newest = release_and_deploy(api, project, environment, "1.0.2")
            wait_for(api, newest, "Success")

        restored = folder / "restored"
        restored.mkdir()
        (restored / "data").mkdir(mode=0o700)
        shutil.copy2(folder / "data/master.key", restored / "data/master.key")
        status, said = slipway("restore", backup, "--data", restored / "data")
        expect_equal(status, 0, said)
        expect_in(waiting, said)
        with Slipway(restored, key=server.key) as server:
            api = Api(server.address, server.key)
            queue = api.get("/api/taskqueue")
            expect_equal(queue["IsHeld"], True)
            expect_in("restored from the backup backup.db", queue["Reason"])
            expect_equal([task["ReleaseVersion"] for task in queue["Tasks"]], ["1.0.1"])
            expect_in("restored", api.get(f"/api/tasks/{waiting}")["QueueReason"])
            expect_equal(len(lines(server, "the task queue is held")), 1)
        with Slipway(restored, key=server.key) as server:
            api = Api(server.address, server.key)
            expect_equal(api.get(f"/api/tasks/{waiting}")["State"], "Queued", "after a restart")
            api.post("/api/taskqueue/release", {"CancelTasks": True})
            wait_for(api, waiting, "Canceled")
            wait_for(api, release_and_deploy(api, project, environment, "1.0.2"), "Success")


@suite.case
def a_database_that_was_put_back_by_hand_is_held_too():
    with Folder() as folder:
        with Slipway(folder) as server:
            api = Api(server.address, server.key)
            project, environment = nothing_to_deploy(api)
            expect_equal(slipway("backup", folder / "old.db", "--data", folder / "data")[0], 0)
            wait_for(api, release_and_deploy(api, project, environment, "1.0.0"), "Success")
        for put_back in (shutil.copyfile, shutil.move):  # into the same file, and as another one
            shutil.copyfile(folder / "old.db", folder / "copy.db")
            put_back(folder / "copy.db", folder / "data/slipway.db")
            os.chmod(folder / "data/slipway.db", 0o600)
            with Slipway(folder, key=server.key) as server:
                api = Api(server.address, server.key)
                expect_equal(api.get("/api/taskqueue")["IsHeld"], True, put_back.__name__)
                api.post("/api/taskqueue/release", {})
        with Slipway(folder, key=server.key) as server:
            expect_equal(Api(server.address, server.key).get("/api/taskqueue")["IsHeld"], False)


@suite.case
def an_operator_may_hold_the_queue_at_a_start():
    with Folder() as folder, Slipway(folder, environment={"SLIPWAY_HOLD_QUEUE": "true"}) as server:
        expect_in("--hold-queue", Api(server.address, server.key).get("/api/taskqueue")["Reason"])


@suite.case
def the_log_and_the_metrics_say_what_happens():
    served = clients(2)
    with Folder() as folder, AwsSim(folder, scenario(served, denied_actions=("ecs:UpdateService",))) as sim:
        with Slipway(folder, sim.address, {"SLIPWAY_METRICS_LISTEN": "127.0.0.1:0"}) as server:
            api = Api(server.address, server.key)
            shop = Shop(api, served)
            shop.release("1.0.0")
            for task in shop.deploy("1.0.0"):
                expect_equal(shop.wait(task)["State"], "Failed")
            expect_equal(len(lines(server, "task started")), 2)
            ended = lines(server, "task ended")
            expect_equal(len(ended), 2)
            expect_in("UpdateService", ended[0]["error"])
            expect_equal(ended[0]["level"], "warning")
            trouble = lines(server, "a call outward had trouble")
            expect_in(("UpdateService", "denied"), [(line["operation"], line["outcome"]) for line in trouble])

            address = lines(server, "metrics without a key")[0]["metrics at"]
            with urllib.request.urlopen(f"{address}/metrics", timeout=10) as answer:
                text = answer.read().decode()
            expect_in('slipway_task_changes_total{state="Failed"} 2\n', text)
            expect_in('slipway_outgoing_calls_total{service="ecs",outcome="denied"} ', text)
            expect_in("slipway_queue_held 0\n", text)
            keyed = api.send("GET", "/metrics")
            expect_equal(keyed.status, 200)
            expect_equal(api.send("GET", "/metrics", headers={"X-Octopus-ApiKey": None}).status, 401)
            for line in text.splitlines():
                assert line.startswith("#") or len(line.rsplit(" ", 1)) == 2 and float(line.rsplit(" ", 1)[1]) >= 0, line
            print(f"        {len(text.splitlines())} lines of metrics, {len(text)} bytes")


@suite.case
def options_that_are_wrong_are_told_with_what_is_right():
    with Folder() as folder, Slipway(folder) as server:
        port = server.address.rsplit(":", 1)[1]
        (folder / "file").write_text("")
        (folder / "open").mkdir()
        os.chmod(folder / "open", 0o777)
        (folder / "no-certificates").write_text("hello")
        os.mkfifo(folder / "pipe")
        for name, link in (("linked", os.symlink), ("hard", os.link)):
            (folder / name).mkdir(mode=0o700)
            link(folder / "no-certificates", folder / name / "slipway.db")
        new = ["server", "--data", folder / "new", "--listen", "127.0.0.1:0"]
        cases = [
            (["server", "--lisen", "127.0.0.1:0"], {}, ["--lisen", "Did you mean --listen?"]),
            (["sever"], {}, ["Did you mean server?"]),
            (["server", "--data", folder / "new", "--listen", f"127.0.0.1:{port}"], {}, [port, "in use"]),
            (["server", "--data", folder / "data", "--listen", "127.0.0.1:0"], {}, ["uses the data folder"]),
            (["server", "--data", folder / "file", "--listen", "127.0.0.1:0"], {}, [str(folder / "file")]),
            (["server", "--data", folder / "open", "--listen", "127.0.0.1:0"], {}, ["chmod 700"]),
            ([*new, "--metrics-listen", "0.0.0.0:0"], {}, ["loopback"]),
            ([*new, "--ecs-poll-seconds", "nan"], {}, ["--ecs-poll-seconds", "nan"]),
            ([*new, "--node", "a\nb"], {}, ["--node", "control characters"]),
            (["server", "--data", "", "--listen", "127.0.0.1:0"], {}, ["--data", "blank"]),
            (["backup", "", "--data", folder / "data"], {}, ["blank"]),
            ([*new, "--shutdown-seconds", "inf"], {}, ["--shutdown-seconds", "inf"]),
            ([*new, "--trusted-proxy", "10/8"], {}, ["10/8", "such as 10.0.0.0/8"]),
            (new, {"SLIPWAY_AWS_REGIONS": "eu-new-1;eu-new-2"}, ["SLIPWAY_AWS_REGIONS", "commas"]),
            *[
                (["server", "--data", folder / "new", "--listen", listen, *options], environment, ["/dev/zero is a device"])
                for listen, options, environment in (
                    ("https://127.0.0.1:0", ["--tls-certificate", "/dev/zero", "--tls-key", "/dev/zero"], {}),
                    ("127.0.0.1:0", ["--admin-api-key-file", "/dev/zero"], {}),
                    ("127.0.0.1:0", [], {"AWS_CA_BUNDLE": "/dev/zero"}),
                    ("127.0.0.1:0", [], {"SSL_CERT_FILE": "/dev/zero"}),
                )
            ],
            ([*new, "--master-key-file", "/dev/zero"], {}, ["/dev/zero"]),
            ([*new, "--admin-api-key-file", folder / "pipe"], {}, ["is a pipe"]),
            (["eval", "--variables", "/dev/zero", "x"], {}, ["/dev/zero is a device"]),
            (["server", "--data", folder / "linked", "--listen", "127.0.0.1:0"], {}, ["symbolic link"]),
            (["server", "--data", folder / "hard", "--listen", "127.0.0.1:0"], {}, ["hard link"]),
            (["backup", folder / "data/b.db", "--data", folder / "data"], {}, ["in the data folder"]),
            (["restore", folder / "none.db", "--data", folder / "open"], {}, ["chmod 700"]),
            (new, {"SSL_CERT_FILE": str(folder / "no-certificates")}, ["SSL_CERT_FILE", "PEM"]),
            (new, {"AWS_CA_BUNDLE": str(folder / "none.pem")}, ["AWS_CA_BUNDLE", "none.pem"]),
            (["backup", folder / "b.db", "--data", folder / "none"], {}, ["There is no database"]),
            (["backup", folder / "none/b.db", "--data", folder / "data"], {}, ["No such file"]),
            (["restore", folder / "none.db", "--data", folder / "new2"], {}, ["There is no database"]),
            (["check", "--data", folder / "none"], {}, ["There is no data folder"]),
            *[
                ([*words, "--data", folder / "file"], {}, ["is no folder"])
                for words in (["check"], ["backup", folder / "b.db"], ["restore", folder / "b.db"], ["server"])
            ],
        ]
        for words, environment, parts in cases:
            status, said = slipway(*words, environment=environment)
            assert status not in (0, -6, -11), f"{words}: {status}\n{said}"
            for part in parts:
                expect_in(part, said, str(words))
        print(f"        {len(cases)} wrong starts")


@suite.case
def a_log_that_is_taken_away_under_the_server_is_told_and_a_restart_heals_it():
    with Folder() as folder:
        with Slipway(folder) as server:
            api = Api(server.address, server.key)
            group = api.post("projectgroups", {"Name": "Kept"})["Id"]
            (folder / "data/slipway.db-wal").unlink()
            answer = api.send("POST", "projectgroups", {"Name": "Lost"})
            expect_equal(answer.status, 503)
            expect_in("slipway.db-wal", answer.body.decode())
            until(lambda: api.send("GET", "/health/ready").status == 503, 20, "readiness says so")
            expect_in("slipway.db-wal", api.send("GET", "/health/ready").body.decode())
            expect_equal(len(lines(server, "the database is in trouble")), 1)
        with Slipway(folder, key=server.key) as server:
            api = Api(server.address, server.key)
            expect_equal(api.get(f"projectgroups/{group}")["Name"], "Kept")
            api.post("projectgroups", {"Name": "Stored again"})


@suite.case
def what_only_tells_something_takes_no_other_method():
    with Folder() as folder:
        with Slipway(folder, environment={"SLIPWAY_METRICS_LISTEN": "127.0.0.1:0"}) as server:
            api = Api(server.address, server.key)
            metrics = lines(server, "metrics without a key")[0]["metrics at"]
            for address in (f"{metrics}/metrics", *(server.address + path for path in ("/", "/health/live", "/health/ready"))):
                for method, status in {"GET": 200, "HEAD": 200, "POST": 405, "PUT": 405, "DELETE": 405, "PATCH": 405}.items():
                    request = urllib.request.Request(address, method=method, data=b"{}" if status == 405 else None)
                    try:
                        answer = urllib.request.urlopen(request)
                    except urllib.error.HTTPError as error:
                        answer = error
                    expect_equal(answer.status, status, f"{method} {address}")
                    if status == 405:
                        expect_equal(answer.headers["Allow"], "GET, HEAD")


@suite.case
def limits_that_are_too_low_to_start_under_are_told():
    with Folder() as folder:
        cases = [
            ((resource.RLIMIT_AS, 400 << 20), "no more threads"),
            ((resource.RLIMIT_FSIZE, 100 << 10), "disk I/O error"),
            ((resource.RLIMIT_NOFILE, 10), "Too many open files"),
        ]
        for number, (limit, part) in enumerate(cases):
            words = ["server", "--data", folder / f"data{number}", "--listen", "127.0.0.1:0"]
            status, said = slipway(*words, limit=limit)
            expect_equal(status, 1, said)
            expect_in(part, said)


@suite.case
def every_file_that_is_made_is_for_its_owner_alone_whatever_the_umask():
    before = os.umask(0)
    try:
        with Folder() as folder:
            made = folder / "made"
            made.mkdir(mode=0o700)
            with Slipway(made, environment={"SLIPWAY_DATA": str(made / "data")}) as server:
                api = Api(server.address, server.key)
                project, environment = nothing_to_deploy(api)
                wait_for(api, release_and_deploy(api, project, environment, "1.0.0"), "Success")
                for words in (
                    ("backup", made / "b.db", "--with-master-key", "--data", made / "data"),
                    ("restore", made / "b.db", "--data", made / "restored"),
                ):
                    status, said = slipway(*words)
                    expect_equal(status, 0, said)
                server.log.chmod(0o600)  # made by this test
                files = [path for path in made.rglob("*")]
                assert {path.name for path in files} >= {"slipway.db", "slipway.db-wal", "master.key", "b.db.key"}, files
                for path in files:
                    expect_equal(stat.S_IMODE(path.stat().st_mode) & 0o077, 0, path)
                print(f"        {len(files)} files and folders")
    finally:
        os.umask(before)


@suite.case
def a_check_says_what_is_wrong_by_its_exit_status_too():
    with Folder() as folder:
        with Slipway(folder):
            status, said = slipway("check", "--data", folder / "data")
            expect_equal(status, 0, said)
            expect_in("A server is running on it", said)
        os.chmod(folder / "data/slipway.db", 0o666)
        status, said = slipway("check", "--data", folder / "data")
        expect_equal(status, 2, said)
        expect_in("chmod 600", said)


@suite.case
def calls_outward_trust_an_authority_of_ones_own():
    with Folder() as folder:
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem",
             "-out", folder / "ca.pem"],
            check=True, capture_output=True,
        )  # fmt: skip
        asked = threading.Event()

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self):
                asked.set()
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                body = b'{"__type":"AccessDeniedException","message":"no"}'
                self.send_response(400)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        aws = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
        aws.socket = context.wrap_socket(aws.socket, server_side=True)
        threading.Thread(target=aws.serve_forever, daemon=True).start()
        address = f"https://127.0.0.1:{aws.server_port}"
        for name, is_trusted in (("AWS_CA_BUNDLE", True), ("SSL_CERT_FILE", True), ("UNRELATED", False)):
            asked.clear()
            environment = {"AWS_CA_BUNDLE": "", "SSL_CERT_FILE": "", name: str(folder / "ca.pem"), "SLIPWAY_SHUTDOWN_SECONDS": "0"}
            (folder / name).mkdir()
            with Slipway(folder / name, address, environment) as server:
                api = Api(server.address, server.key)
                feed = {
                    "Name": "Hub", "FeedType": "AwsElasticContainerRegistry", "Region": "eu-west-1", "AccessKey": "AKIA",
                    "SecretKey": {"HasValue": True, "NewValue": "secret-of-the-registry"},
                }  # fmt: skip
                feed_id = api.post("feeds", feed)["Id"]
                try:
                    asking = Api(server.address, server.key, timeout=3)
                    answer = asking.send("GET", f"feeds/{feed_id}/packages/versions?packageId=shop/web")
                    assert answer.status >= 400, answer
                except TimeoutError:  # the server goes on trying a peer that it does not trust
                    assert not is_trusted
                expect_equal(asked.is_set(), is_trusted, name)
        aws.shutdown()


def server_options():
    """Every option of `slipway server` and the variable that stands for it."""
    _, said = slipway("server", "--help")
    return {name: variable for name, variable in re.findall(r"^\s+(--[a-z-]+)(?:[^\n]*?\(Env:(\w+)\))?", said, re.M) if name != "--help"}


@suite.case
def every_option_and_every_metric_is_documented_and_nothing_else_is():
    page = (ROOT / "docs/operations.md").read_text()
    options = server_options()
    assert len(options) > 10, options
    for option, variable in options.items():
        expect_in(f"`{option}", page)
        expect_in(f"`{variable}`", page, option)
    told = {"SLIPWAY_ADMIN_API_KEY", "SLIPWAY_AWS_REGIONS", *options.values()}  # two that are no options
    for variable in set(re.findall(r"SLIPWAY_[A-Z_]+", page)):
        expect_in(variable, told, "docs/operations.md")
    with Folder() as folder, Slipway(folder) as server:
        api = Api(server.address, server.key)
        project, environment = nothing_to_deploy(api)
        wait_for(api, release_and_deploy(api, project, environment, "1.0.0"), "Success")
        text = api.send("GET", "/metrics").body.decode()
    metrics = set(re.findall(r"^# HELP (\w+)", text, re.M)) | {"slipway_outgoing_calls_total", "slipway_outgoing_seconds"}
    for metric in metrics:
        expect_in(metric, page)
    for metric in set(re.findall(r"\b(?:slipway|process)_[a-z_]+", page)):
        expect_in(metric, metrics, "docs/operations.md")
    print(f"        {len(options)} options, {len(metrics)} metrics")


@suite.case
def every_option_and_variable_that_lacks_a_letter_is_told_as_it_is_meant():
    options, tried = server_options(), 0
    for option in options:
        for at in range(3, len(option)):
            misspelt = option[:at] + option[at + 1 :]
            if misspelt in options:
                continue
            tried += 1
            status, said = slipway("server", misspelt, "x")
            assert status != 0, misspelt
            expect_in("Did you mean --", said, misspelt)
    for variable in options.values():
        for at in range(len("SLIPWAY_"), len(variable)):
            misspelt = variable[:at] + variable[at + 1 :]
            if misspelt in options.values():
                continue
            tried += 1
            status, said = slipway("server", "--data", "/dev/null/none", environment={misspelt: "1"})
            assert status != 0, misspelt
            expect_in(f"{misspelt}, which is no setting. Did you mean SLIPWAY_", said)
    print(f"        {tried} misspelt options and variables")


@suite.case
def the_first_key_is_shown_by_the_start_that_made_it_whatever_becomes_of_that_start():
    with Folder() as folder, ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as taken:
        words = ["server", "--data", folder / "data", "--listen", f"127.0.0.1:{taken.server_address[1]}"]
        status, said = slipway(*words)
        assert status != 0, said
        expect_in("Address already in use", said)
        expect_in("shown only this once: API-", said)


@suite.case
def the_script_for_a_build_deploys_and_names_who_failed():
    page = (ROOT / "docs/jenkins.md").read_text()
    script = re.search(r"^```sh\n(#!.*?)^```", page, re.M | re.S).group(1).replace("sleep 5", "sleep 0.2")
    served = clients(2)
    clouds = scenario(served)
    clouds["accounts"][2]["roles"][0]["deniedActions"] = ["ecs:UpdateService"]
    with Folder() as folder, AwsSim(folder, clouds) as sim, Slipway(folder, sim.address) as server:
        api = Api(server.address, server.key)
        shop = Shop(api, served)
        tags = [{"Name": "First"}, {"Name": "Later"}]
        api.post("tagsets", {"Name": "Ring", "Tags": tags})
        for client, tag in zip(served, ("Ring/First", "Ring/Later")):
            tenant = api.get(f"tenants/{shop.tenants[client.tenant]['Id']}")
            api.put(f"tenants/{tenant['Id']}", {**tenant, "TenantTags": [tag]})
        (folder / "deploy.sh").write_text(script)

        def deploy(tag, version="1.0.0"):
            done = subprocess.run(
                ["sh", folder / "deploy.sh", "Web shop", version, "Production", tag],
                env={**QUIET, "SLIPWAY_URL": server.address, "SLIPWAY_API_KEY": server.key, "BUILD_TAG": "jenkins-1"},
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60,
            )  # fmt: skip
            return done.returncode, done.stdout

        status, said = deploy("Ring/First")
        expect_equal(status, 0, said)
        expect_in(": Success", said)
        status, said = deploy("Ring/Later")
        expect_equal(status, 1, said)
        expect_in("Client 2", said)
        expect_in("UpdateService", said)
        expect_equal(api.get("tasks")["TotalResults"], 2)
        deploy("Ring/First")  # a build that is repeated under its name
        expect_equal(api.get("tasks")["TotalResults"], 2)
        status, said = deploy("Ring/Frist")
        assert status != 0, said
        expect_in("there is no tag 'Ring/Frist'", said)
        expect_in("Ring/First", said)
        releases = api.get("releases")["TotalResults"]
        status, said = deploy("Ring/First", version="")
        assert status != 0, said
        expect_in("a version", said)
        expect_equal(api.get("releases")["TotalResults"], releases)


@suite.case
def the_template_of_a_clients_role_grants_what_its_page_lists_and_no_more():
    page = (ROOT / "docs/ecs-step.md").read_text()
    section = page[page.index("### The role in the client's account") : page.index("### The execution role")]
    listed = set(re.findall(r"`((?:ecs|iam):[A-Z][A-Za-z]+)`", section))
    template = json.loads((ROOT / "docs/client-role.json").read_text())
    statements = template["Resources"]["Role"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    granted = {
        action
        for statement in statements
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    expect_equal(granted, listed)
    print(f"        {len(granted)} rights")


suite.run_and_exit()
