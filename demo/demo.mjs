// The main job, seen from outside: one call deploys a release to Amazon ECS in three client accounts, and the proof is
// read back from AWS. The clouds are simulated (awssim); the server, the client and every call are real.
//
//   demo/run.sh           exits 0 only if everything that it claims was observed
//   demo/run.sh --keep    and leaves server and clouds running, to look around in
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client, DeploymentRepository, ReleaseRepository } from "@octopusdeploy/api-client";
import { assumeRole, ecsClient, observeService } from "./aws.mjs";
import { configure, space } from "./configure.mjs";
import { makeFolder, start, stop, untilReady } from "./processes.mjs";
import { follow } from "./progress.mjs";
import { table } from "./table.mjs";
import { readWorld } from "./world.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const scenario = join(root, "sim/scenarios/demo.json");
const slipway = process.env.SLIPWAY_BIN ?? join(root, "build/release/slipway");
const awssim = process.env.AWSSIM_BIN ?? join(root, "build/release/awssim");
const keep = process.argv.includes("--keep");
const world = readWorld(scenario);

const began = Date.now();
const say = (text) => console.log(`\n[${((Date.now() - began) / 1000).toFixed(1)} s] ${text}`);

/** One release, one tenanted call, one task per client. */
async function deploy(client, { project, environment, tenants }, version) {
  await new ReleaseRepository(client, space).create({
    spaceName: space,
    ProjectName: project.Name,
    ReleaseVersion: version,
    PackageVersion: version,
  });
  const { DeploymentServerTasks } = await new DeploymentRepository(client, space).createTenanted({
    spaceName: space,
    ProjectName: project.Name,
    ReleaseVersion: version,
    EnvironmentName: environment.Name,
    Tenants: tenants.map(({ Name }) => Name),
    TenantTags: [],
  });
  const tenantOf = async ({ DeploymentId, ServerTaskId }) => {
    const { TenantId } = await client.get(`~/api/deployments/${DeploymentId}`);
    return { name: tenants.find(({ Id }) => Id === TenantId).Name, taskId: ServerTaskId };
  };
  return follow(client, await Promise.all(DeploymentServerTasks.map(tenantOf)));
}

/** What AWS says about each client's service, read with credentials of our own in the client's account. */
async function observe(endpoint) {
  const observeOne = async (target) => {
    const credentials = await assumeRole(endpoint, world.region, world.hub, target);
    const ecs = ecsClient(endpoint, world.region, credentials);
    return { ...target, ...(await observeService(ecs, target.cluster, target.service)) };
  };
  return Promise.all(world.clients.map(observeOne));
}

/** The release that AWS runs: the version that the running task definition was registered for. */
const releaseOf = (observed) => observed.environment.RELEASE;

/** Judged by what AWS runs alone. */
const verdictOf = (observed, version) =>
  !observed.settled ? "still rolling out" : releaseOf(observed) === version ? "proven" : "rolled back";

const report = (observations, tasks, version) =>
  table(
    observations.map((observed) => ({
      tenant: observed.tenant,
      account: observed.account,
      service: `${observed.cluster}/${observed.service}`,
      release: releaseOf(observed),
      revision: observed.revision,
      "image digest": observed.digest.slice(0, 19) + "…",
      running: observed.running,
      verdict: verdictOf(observed, version),
      "server says": tasks.get(observed.tenant).State,
    })),
  );

function expectProven(observed, task, version) {
  assert.equal(task.State, "Success", `${observed.tenant}: ${task.ErrorMessage}`);
  assert.equal(verdictOf(observed, version), "proven");
  assert.equal(observed.running, 2);
  assert.match(observed.digest, /^sha256:[0-9a-f]{64}$/);
}

async function tell(client, endpoint) {
  say("Configuring the server through its REST API: account, registry, environment, project, process, three tenants");
  const setup = await configure(client, world);

  say("Release 1.0.0: one call deploys it to three clients' accounts");
  const first = await deploy(client, setup, "1.0.0");
  const before = await observe(endpoint);
  say("AWS says:");
  console.log(report(before, first, "1.0.0"));
  for (const observed of before) expectProven(observed, first.get(observed.tenant), "1.0.0");

  say(`Release 1.1.0: its image can't run in one of the accounts (${world.brokenTenant}'s)`);
  const second = await deploy(client, setup, "1.1.0");
  const after = await observe(endpoint);
  say("AWS says:");
  console.log(report(after, second, "1.1.0"));
  for (const observed of after) {
    const task = second.get(observed.tenant);
    if (observed.tenant === world.brokenTenant) {
      expectRolledBack(observed, task, before.find(({ tenant }) => tenant === observed.tenant));
    } else {
      expectProven(observed, task, "1.1.0");
    }
  }
}

function expectRolledBack(observed, task, before) {
  console.log(`\n  ${observed.tenant}: ${task.ErrorMessage}`);
  assert.equal(task.State, "Failed");
  assert.equal(verdictOf(observed, "1.1.0"), "rolled back");
  assert.equal(observed.revision, before.revision, "AWS runs the revision from before");
  assert.equal(observed.digest, before.digest);
  assert.ok(task.ErrorMessage.includes(before.revision), "The error names the revision that was rolled back to");
  const cause = observed.stopped.find((reason) => task.ErrorMessage.includes(reason));
  assert.ok(cause, `The error names none of the reasons why tasks stopped: ${observed.stopped.join("; ")}`);
}

const folder = makeFolder();
const started = [];
async function run(name, program, args, environment = {}) {
  started.push(await start(name, program, args, { environment, folder, outlives: keep }));
  return started.at(-1);
}

async function main() {
  say("Starting awssim (a hub account with a registry, three client accounts) and the server");
  const cloud = await run("awssim", awssim, ["--listen", "127.0.0.1:0", "--scenario", scenario, "--speed", "20"]);
  const apiKey = `API-${randomBytes(16).toString("hex").toUpperCase()}`;
  const server = await run("slipway", slipway, ["server", "--data", join(folder, "data"), "--listen", "127.0.0.1:0"], {
    SLIPWAY_ADMIN_API_KEY: apiKey,
    AWS_ENDPOINT_URL: cloud.address,
    SLIPWAY_ECS_POLL_SECONDS: "1",
    SLIPWAY_SETTLE_SECONDS: "5",
  });
  await untilReady(server.address);
  const client = await Client.create({ instanceURL: server.address, apiKey, userAgentApp: "slipway-demo" });
  await tell(client, cloud.address);
  say("Everything was observed: the demo succeeded.");
  if (!keep) return;
  console.log(`\n  Server ${server.address}, API key ${apiKey}\n  Simulated AWS ${cloud.address}, data in ${folder}`);
  console.log(`  Stop them with: kill ${started.map(({ child }) => child.pid).join(" ")}`);
}

let succeeded = false;
try {
  await main();
  succeeded = true;
} catch (error) {
  console.error(`\nThe demo failed: ${error.stack ?? error.message ?? error}`);
  for (const { name, log, lastLines } of started) console.error(`\n--- ${name}, end of ${log}\n${lastLines()}`);
}
if (!keep || !succeeded) await Promise.all(started.reverse().map(stop));
if (!keep && succeeded) rmSync(folder, { recursive: true });
process.exitCode = succeeded ? 0 : 1;
