// What the demo needs to know about the simulated clouds, taken from their scenario so that it stands in one place.
import { readFileSync } from "node:fs";

const tenantNames = ["Fern", "Laurel", "Redwood"];

/**
 * @returns {{region: string, hub: object, clients: object[], brokenTenant: string}} the hub's access key, and for each
 * client account its tenant, role, external id, cluster and service; the tenant in whose account an image misbehaves
 */
export function readWorld(path) {
  const { region, accounts, behaviours } = JSON.parse(readFileSync(path, "utf8"));
  const [key] = accounts.find(({ accessKeys }) => accessKeys?.length).accessKeys;
  const clients = accounts.filter(({ services }) => services?.length).map(clientOf);
  return {
    region,
    hub: { accessKey: key.accessKeyId, secretKey: key.secretAccessKey },
    clients,
    brokenTenant: clients.find(({ account }) => account === behaviours[0].account).tenant,
  };
}

function clientOf({ id, roles, services }, index) {
  return {
    tenant: tenantNames[index],
    account: id,
    roleArn: `arn:aws:iam::${id}:role/${roles[0].name}`,
    externalId: roles[0].externalId,
    cluster: services[0].cluster,
    service: services[0].serviceName,
    memory: `${128 * (index + 1)}`,
  };
}
