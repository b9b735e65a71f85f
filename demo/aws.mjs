// Asks AWS itself what runs: a signer (Signature Version 4) and the few calls that the demo's table needs.
import { createHash, createHmac } from "node:crypto";

const sha256 = (data) => createHash("sha256").update(data).digest("hex");
const hmac = (key, data) => createHmac("sha256", key).update(data).digest();

/** The headers of a signed POST to `/`. `credentials` are {accessKey, secretKey, sessionToken?}. */
export function sign({ host, region, service, headers, body, credentials, now = new Date() }) {
  const time = now.toISOString().replace(/[-:]|\.\d{3}/g, "");
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const all = { ...headers, host, "x-amz-date": time };
  if (credentials.sessionToken) all["x-amz-security-token"] = credentials.sessionToken;
  const names = Object.keys(all).sort();
  const lines = names.map((name) => `${name}:${all[name]}`);
  const canonical = ["POST", "/", "", ...lines, "", names.join(";"), sha256(body)];
  const text = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical.join("\n"))].join("\n");
  const key = scope.split("/").reduce(hmac, `AWS4${credentials.secretKey}`);
  const signature = createHmac("sha256", key).update(text).digest("hex");
  const credential = `${credentials.accessKey}/${scope}`;
  all.authorization =
    `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return all;
}

async function call(endpoint, service, region, credentials, headers, body) {
  const { host: _, ...signed } = sign({ host: new URL(endpoint).host, region, service, headers, body, credentials });
  const response = await fetch(endpoint, { method: "POST", headers: signed, body });
  const text = await response.text();
  if (!response.ok) throw new Error(`${service} answered ${response.status}: ${text}`);
  return text;
}

/** Credentials of a role in another account. */
export async function assumeRole(endpoint, region, credentials, { roleArn, externalId }) {
  const body = new URLSearchParams({
    Action: "AssumeRole",
    Version: "2011-06-15",
    RoleArn: roleArn,
    RoleSessionName: "slipway-demo-reader",
    ExternalId: externalId,
  }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
  const xml = await call(endpoint, "sts", region, credentials, headers, body);
  const element = (name) => xml.match(new RegExp(`<${name}>([^<]*)</${name}>`))[1];
  return {
    accessKey: element("AccessKeyId"),
    secretKey: element("SecretAccessKey"),
    sessionToken: element("SessionToken"),
  };
}

/** A client of Amazon ECS: `ecs("DescribeServices", {…})`. */
export const ecsClient = (endpoint, region, credentials) => async (action, input) => {
  const headers = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": `AmazonEC2ContainerServiceV20141113.${action}`,
  };
  return JSON.parse(await call(endpoint, "ecs", region, credentials, headers, JSON.stringify(input)));
};

/**
 * What runs in a service, by AWS's word: its primary deployment, the tasks that run, and why tasks stopped.
 * @returns {{revision: string, environment: object, digest: string, running: number, settled: boolean,
 *   stopped: string[]}}
 */
export async function observeService(ecs, cluster, service) {
  const { services } = await ecs("DescribeServices", { cluster, services: [service] });
  const primary = services[0].deployments.find((deployment) => deployment.status === "PRIMARY");
  const { taskDefinition } = await ecs("DescribeTaskDefinition", { taskDefinition: primary.taskDefinition });
  const running = await describeTasks(ecs, cluster, service, "RUNNING");
  const stopped = await describeTasks(ecs, cluster, service, "STOPPED");
  const ours = running.filter((task) => task.taskDefinitionArn === primary.taskDefinition);
  return {
    revision: `${taskDefinition.family}:${taskDefinition.revision}`,
    environment: Object.fromEntries(
      taskDefinition.containerDefinitions[0].environment.map(({ name, value }) => [name, value]),
    ),
    digest: ours[0]?.containers[0].imageDigest ?? "",
    running: ours.filter((task) => task.lastStatus === "RUNNING").length,
    settled: services[0].deployments.length === 1 && primary.rolloutState === "COMPLETED" &&
      ours.length === running.length && running.length === services[0].desiredCount,
    stopped: [...new Set(stopped.map((task) => task.stoppedReason ?? "").filter(Boolean))],
  };
}

async function describeTasks(ecs, cluster, serviceName, desiredStatus) {
  const { taskArns } = await ecs("ListTasks", { cluster, serviceName, desiredStatus });
  if (taskArns.length === 0) return [];
  return (await ecs("DescribeTasks", { cluster, tasks: taskArns })).tasks;
}
