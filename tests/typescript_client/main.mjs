// The published TypeScript client against a real server: every repository that it has for what the server serves, and
// its generic verbs for the rest.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { makeFolder, start, stop, untilReady } from "../../demo/processes.mjs";
import { Suite } from "./suite.mjs";

const demo = new URL("../../demo/package.json", import.meta.url);
const load = createRequire(demo);
const octopus = {
  ...load("@octopusdeploy/api-client"),
  ...load("@octopusdeploy/api-client/dist/features/feeds/feedRepository"), // which the package's index forgets
};
const slipway = process.env.SLIPWAY_BIN ?? new URL("../../build/release/slipway", import.meta.url).pathname;
const space = "Default";
const suite = new Suite();
let client;

// Resources with a repository of the usual four verbs. `make` returns a new one; `change` is saved and read back.
const crud = {
  SpaceRepository: {
    repository: () => new octopus.SpaceRepository(client),
    make: () => ({ Name: "Elsewhere", SpaceManagersTeams: [], SpaceManagersTeamMembers: ["Users-1"] }),
    change: (resource) => ({ ...resource, TaskQueueStopped: true }), // only then can a space be deleted
  },
  EnvironmentRepository: {
    repository: () => new octopus.EnvironmentRepository(client, space),
    make: () => ({ Name: "Staging" }),
    change: (resource) => ({ ...resource, Description: "before production" }),
  },
  LifecycleRepository: {
    repository: () => new octopus.LifecycleRepository(client, space),
    make: () => ({ Name: "Two phases", Phases: [{ Name: "First" }, { Name: "Second", IsOptionalPhase: true }] }),
    change: (resource) => ({ ...resource, Description: "first, then second" }),
  },
  ProjectGroupRepository: {
    repository: () => new octopus.ProjectGroupRepository(client, space),
    make: () => ({ Name: "Back office" }),
    change: (resource) => ({ ...resource, Description: "a group" }),
  },
  ProjectRepository: {
    repository: () => new octopus.ProjectRepository(client, space),
    make: () => projectToBe("Project"),
    change: (resource) => ({ ...resource, Description: "a project" }),
  },
  FeedRepository: {
    repository: () => new octopus.FeedRepository(client, space),
    make: () => ({
      Name: "Registry",
      FeedType: "AwsElasticContainerRegistry",
      AccessKey: "AKIAEXAMPLE",
      SecretKey: { HasValue: true, NewValue: "never to be seen again" },
      Region: "eu-west-1",
    }),
    change: (resource) => ({ ...resource, Region: "eu-central-1" }),
  },
  TagSetRepository: {
    repository: () => new octopus.TagSetRepository(client, space),
    make: () => ({ Name: "Region", Tags: [{ Name: "EU", Color: "#336699" }] }),
    change: (resource) => ({ ...resource, Description: "where a tenant is" }),
  },
  TenantRepository: {
    repository: () => new octopus.TenantRepository(client, space),
    make: () => ({ Name: "Fern", TenantTags: [], ProjectEnvironments: {} }),
    change: (resource) => ({ ...resource, Description: "a client" }),
  },
};

const inSpace = (path) => `${octopus.spaceScopedRoutePrefix}/${path}`;
const defaults = async (Repository) => (await new Repository(client, space).list({ take: 1 })).Items[0].Id;

async function projectToBe(Name) {
  return {
    Name,
    ProjectGroupId: await defaults(octopus.ProjectGroupRepository),
    LifecycleId: await defaults(octopus.LifecycleRepository),
  };
}

async function expectGone(read) {
  await assert.rejects(read, (error) => error.StatusCode === 404);
}

for (const [name, { repository: open, make, change }] of Object.entries(crud)) {
  suite.add(`${name} creates, reads, lists, modifies and deletes`, async () => {
    const repository = open();
    const created = await repository.create(await make());
    assert.deepEqual(await repository.get(created.Id), created, "what create answered is what get answers");
    const listed = await repository.list({ take: 1000 });
    assert.deepEqual(listed.Items.find(({ Id }) => Id === created.Id), created);
    assert.equal(listed.TotalResults, listed.Items.length);
    assert.deepEqual((await repository.list({ partialName: created.Name, take: 10 })).Items, [created]);
    const wanted = change(created);
    const modified = await repository.modify(wanted);
    assert.deepEqual(modified, wanted);
    await repository.del(modified);
    await expectGone(() => repository.get(created.Id));
  });
}

// Resources without a repository, through the generic verbs.
const generic = {
  accounts: {
    make: async () => ({
      Name: "Hub",
      AccountType: "AmazonWebServicesAccount",
      AccessKey: "AKIAEXAMPLE",
      SecretKey: { HasValue: true, NewValue: "never to be seen again" },
    }),
  },
  channels: {
    make: async (project) => ({ Name: "Beta", ProjectId: project.Id, Rules: [] }),
  },
};

async function withProject(name, use) {
  const projects = new octopus.ProjectRepository(client, space);
  const project = await projects.create(await projectToBe(name));
  try {
    await use(project);
  } finally {
    await projects.del(project);
  }
}

for (const [path, { make }] of Object.entries(generic)) {
  suite.add(`generic verbs create, read, list, update and delete ${path}`, () =>
    withProject(`Owner of ${path}`, async (project) => {
      const one = (id) => inSpace(`${path}/${id}`);
      const created = await client.doCreate(inSpace(path), await make(project), { spaceName: space });
      assert.deepEqual(await client.request(one(created.Id), { spaceName: space }), created);
      const listed = await client.request(inSpace(`${path}{?take}`), { spaceName: space, take: 1000 });
      assert.ok(listed.Items.some(({ Id }) => Id === created.Id));
      const wanted = { ...created, Description: "changed" };
      assert.deepEqual(await client.doUpdate(one(created.Id), wanted, { spaceName: space }), wanted);
      await client.del(one(created.Id), { spaceName: space });
      await expectGone(() => client.request(one(created.Id), { spaceName: space }));
    }),
  );
}

suite.add("a secret is never read back", async () => {
  const account = await generic.accounts.make();
  const created = await client.doCreate(inSpace("accounts"), account, { spaceName: space });
  assert.equal(created.SecretKey.HasValue, true);
  assert.equal(created.SecretKey.NewValue ?? null, null);
  await client.del(inSpace(`accounts/${created.Id}`), { spaceName: space });
});

suite.add("DeploymentProcessRepository stores an inline Bash script and reads it back deep-equal", () =>
  withProject("Scripted", async (project) => {
    const processes = new octopus.DeploymentProcessRepository(client, space);
    const script = '#!/bin/bash\nset -euo pipefail\necho "Grüße aus #{Octopus.Environment.Name}"\t# \\ "quotes"\n';
    const process = await processes.get(project);
    process.Steps = [
      {
        Name: "Greet",
        Condition: "Success",
        StartTrigger: "StartAfterPrevious",
        PackageRequirement: "LetOctopusDecide",
        Properties: {},
        Actions: [
          {
            Name: "Greet",
            ActionType: "Octopus.Script",
            IsDisabled: false,
            Environments: [],
            ExcludedEnvironments: [],
            Channels: [],
            TenantTags: [],
            Packages: [],
            Properties: {
              "Octopus.Action.RunOnServer": "true",
              "Octopus.Action.Script.ScriptSource": "Inline",
              "Octopus.Action.Script.Syntax": "Bash",
              "Octopus.Action.Script.ScriptBody": script,
            },
          },
        ],
      },
    ];
    const updated = await processes.update(project, process);
    assert.equal(updated.Version, process.Version + 1);
    assert.deepEqual(await processes.get(project), updated);
    const { Actions: sentActions, ...sentStep } = process.Steps[0];
    const { Actions: storedActions, ...storedStep } = updated.Steps[0];
    assert.deepEqual({ ...storedStep, ...sentStep }, storedStep, "the step as it was sent, and what the server adds");
    assert.deepEqual({ ...storedActions[0], ...sentActions[0] }, storedActions[0]);
    assert.equal(storedActions[0].Properties["Octopus.Action.Script.ScriptBody"], script);
    await assert.rejects(processes.update(project, process), "a stale version is refused");
  }),
);

suite.add("TenantRepository sets a tenant's variables", () =>
  withProject("Tenanted", async (project) => {
    const environment = await new octopus.EnvironmentRepository(client, space).create({ Name: "Production" });
    const templated = await new octopus.ProjectRepository(client, space).modify({
      ...project,
      TenantedDeploymentMode: "TenantedOrUntenanted",
      Templates: [{ Name: "Colour", DefaultValue: "", DisplaySettings: { "Octopus.ControlType": "SingleLineText" } }],
    });
    const tenants = new octopus.TenantRepository(client, space);
    const connected = { [project.Id]: [environment.Id] };
    const tenant = await tenants.create({ Name: "Laurel", TenantTags: [], ProjectEnvironments: connected });
    const variables = await tenants.getVariables(tenant);
    const [template] = templated.Templates;
    assert.deepEqual(variables.ProjectVariables[project.Id].Variables, { [environment.Id]: {} });
    variables.ProjectVariables[project.Id].Variables[environment.Id][template.Id] = "blue";
    await tenants.setVariables(tenant, variables);
    const read = await tenants.getVariables(tenant);
    assert.equal(read.ProjectVariables[project.Id].Variables[environment.Id][template.Id], "blue");
    await tenants.del(tenant);
    await new octopus.EnvironmentRepository(client, space).del(environment);
  }),
);

suite.add("ReleaseRepository, DeploymentRepository and the task repositories carry a release through", () =>
  withProject("Released", async (project) => {
    const environments = new octopus.EnvironmentRepository(client, space);
    const environment = await environments.create({ Name: "Released to" });
    const processes = new octopus.DeploymentProcessRepository(client, space);
    const process = await processes.get(project);
    process.Steps = [{ Name: "Nothing", Actions: [{ Name: "Nothing", ActionType: "Slipway.NoOp", Properties: {} }] }];
    await processes.update(project, process);

    const releases = new octopus.ReleaseRepository(client, space);
    const { ReleaseId, ReleaseVersion } = await releases.create({ spaceName: space, ProjectName: project.Name });
    assert.equal(ReleaseVersion, "0.0.1");
    const release = await releases.get(ReleaseId);
    assert.deepEqual((await releases.listForProject(project.Id)).Items, [release]);
    assert.ok((await releases.list({ take: 100 })).Items.some(({ Id }) => Id === ReleaseId));

    const deployments = new octopus.DeploymentRepository(client, space);
    const { DeploymentServerTasks } = await deployments.create({
      spaceName: space,
      ProjectName: project.Name,
      ReleaseVersion,
      EnvironmentNames: [environment.Name],
    });
    const [{ DeploymentId, ServerTaskId }] = DeploymentServerTasks;
    assert.equal((await deployments.get(DeploymentId)).ReleaseId, ReleaseId);
    assert.equal((await deployments.list({ ids: [DeploymentId] })).Items[0].TaskId, ServerTaskId);

    const seen = [];
    const waiter = new octopus.ServerTaskWaiter(client, space);
    const task = await waiter.waitForServerTaskToComplete(ServerTaskId, 100, 20_000, (one) => seen.push(one.State));
    assert.equal(task.State, "Success", task.ErrorMessage);
    assert.ok(seen.length > 0);
    const tasks = new octopus.SpaceServerTaskRepository(client, space);
    assert.deepEqual(await tasks.getById(ServerTaskId), task);
    assert.deepEqual(await tasks.getByIds([ServerTaskId]), [task]);
    const details = await tasks.getDetails(ServerTaskId);
    assert.deepEqual(details.Task, task);
    assert.equal(details.ActivityLogs[0].Children[0].Name.includes("Nothing"), true);
    assert.equal(typeof (await tasks.getRaw(ServerTaskId)), "string");

    await client.del(inSpace(`releases/${ReleaseId}`), { spaceName: space });
    await expectGone(() => releases.get(ReleaseId));
  }),
);

suite.add("a task that waits in the future is cancelled by ServerTaskRepository", () =>
  withProject("Scheduled", async (project) => {
    const environments = new octopus.EnvironmentRepository(client, space);
    const [environment] = (await environments.list({ take: 1 })).Items; // the first one that a release may go to
    const processes = new octopus.DeploymentProcessRepository(client, space);
    const process = await processes.get(project);
    process.Steps = [{ Name: "Nothing", Actions: [{ Name: "Nothing", ActionType: "Slipway.NoOp", Properties: {} }] }];
    await processes.update(project, process);
    const command = { spaceName: space, ProjectName: project.Name };
    const { ReleaseVersion } = await new octopus.ReleaseRepository(client, space).create(command);
    const { DeploymentServerTasks } = await new octopus.DeploymentRepository(client, space).create({
      ...command,
      ReleaseVersion,
      EnvironmentNames: [environment.Name],
      RunAt: new Date(Date.now() + 3_600_000),
    });
    const [{ ServerTaskId }] = DeploymentServerTasks;
    const tasks = new octopus.SpaceServerTaskRepository(client, space);
    assert.equal((await tasks.getById(ServerTaskId)).State, "Queued");
    await new octopus.ServerTaskRepository(client).cancel(ServerTaskId);
    assert.equal((await tasks.getById(ServerTaskId)).State, "Canceled");
  }),
);

suite.add("an unknown id answers 404, a duplicate name 400 with its reason", async () => {
  const environments = new octopus.EnvironmentRepository(client, space);
  await expectGone(() => environments.get("Environments-987654"));
  const first = await environments.create({ Name: "Once" });
  const refused = (error) => error.StatusCode === 400 && /once/.test(error.message);
  await assert.rejects(() => environments.create({ Name: "once" }), refused);
  await environments.del(first);
});

const used = new Set([
  ...Object.keys(crud),
  "DeploymentProcessRepository",
  "ReleaseRepository",
  "DeploymentRepository",
  "ServerTaskRepository",
  "SpaceServerTaskRepository",
]);
const all = Object.keys(octopus).filter((name) => /Repository$/.test(name) && !/BasicRepository$/.test(name));

const folder = makeFolder();
const apiKey = `API-${randomBytes(16).toString("hex").toUpperCase()}`;
const args = ["server", "--data", join(folder, "data"), "--listen", "127.0.0.1:0"];
const server = await start("slipway", slipway, args, { environment: { SLIPWAY_ADMIN_API_KEY: apiKey }, folder });
let passed = false;
try {
  await untilReady(server.address);
  client = await octopus.Client.create({ instanceURL: server.address, apiKey, userAgentApp: "slipway-tests" });
  console.log(`Repositories used: ${all.filter((name) => used.has(name)).join(", ")}`);
  console.log(`Not served yet: ${all.filter((name) => !used.has(name)).join(", ")}`);
  console.log(`Through the generic verbs: ${Object.keys(generic).join(", ")}`);
  passed = await suite.run(process.argv.slice(2));
} finally {
  await stop(server);
}
if (passed) rmSync(folder, { recursive: true });
else console.log(`(see ${folder})`);
process.exitCode = passed ? 0 : 1;
