"""A project whose deployments do nothing but take their turn, for suites to which it does not matter what is deployed."""

from .suite import until


def make_project(api, name="Target", **members):
    """A project in the first group and lifecycle there are, with one step that does nothing."""
    document = {
        "Name": name,
        "ProjectGroupId": api.get("projectgroups/all")[0]["Id"],
        "LifecycleId": api.get("lifecycles/all")[0]["Id"],
        **members,
    }
    project = api.post("projects", document)
    path = f"projects/{project['Id']}/deploymentprocesses"
    process = api.get(path)
    process["Steps"] = [{"Name": "Nothing", "Actions": [{"Name": "Nothing", "ActionType": "Slipway.NoOp"}]}]
    api.put(path, process)
    return project


def nothing_to_deploy(api):
    """The ids of such a project, and of an environment for it."""
    return make_project(api)["Id"], api.post("environments", {"Name": "Target"})["Id"]


def release_and_deploy(api, project, environment, version):
    """The task of a deployment of a new release."""
    release = api.post("releases", {"ProjectId": project, "Version": version})["Id"]
    return api.post("deployments", {"ReleaseId": release, "EnvironmentId": environment})["TaskId"]


def wait_for(api, task, state):
    until(lambda: api.get(f"/api/tasks/{task}")["State"] == state, 20, f"{task} is {state}")
