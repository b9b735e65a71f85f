// Sets a fresh server up for the demo through its public REST API: the client's repositories where they cover a call,
// its generic verbs for the rest.
import {
  DeploymentProcessRepository,
  EnvironmentRepository,
  LifecycleRepository,
  ProjectGroupRepository,
  ProjectRepository,
  TenantRepository,
  spaceScopedRoutePrefix,
} from "@octopusdeploy/api-client";

export const space = "Default";
const inSpace = (path) => `${spaceScopedRoutePrefix}/${path}`;

/** One tenant per client account; see `process` and `variables` for how one process serves them all. */
export async function configure(client, world) {
  const account = await client.doCreate(inSpace("accounts"), {
    spaceName: space,
    Name: "Hub",
    Description: "Our own account: owns the registry, and may assume a role in each client's account.",
    AccountType: "AmazonWebServicesAccount",
    AccessKey: world.hub.accessKey,
    SecretKey: { HasValue: true, NewValue: world.hub.secretKey },
    Region: world.region,
  });
  const feed = await client.doCreate(inSpace("feeds"), {
    spaceName: space,
    Name: "Hub registry",
    FeedType: "AwsElasticContainerRegistry",
    AccessKey: world.hub.accessKey,
    SecretKey: { HasValue: true, NewValue: world.hub.secretKey },
    Region: world.region,
  });
  const environment = await new EnvironmentRepository(client, space).create({ Name: "Production" });
  const lifecycle = await new LifecycleRepository(client, space).create({
    Name: "Straight to production",
    Phases: [{ Name: "Production", OptionalDeploymentTargets: [environment.Id] }],
  });
  const group = await new ProjectGroupRepository(client, space).create({ Name: "Shop" });
  const project = await new ProjectRepository(client, space).create({
    Name: "Web shop",
    ProjectGroupId: group.Id,
    LifecycleId: lifecycle.Id,
    TenantedDeploymentMode: "Tenanted",
    Templates: templates,
  });
  await setProcess(client, project, feed);
  await setVariables(client, project, account);
  const tenants = [];
  for (const target of world.clients) tenants.push(await addTenant(client, project, environment, target));
  return { project, environment, tenants };
}

// What differs from client to client: each tenant gives a value to each of these.
const template = (Name, Label) => ({
  Name,
  Label,
  DefaultValue: "",
  DisplaySettings: { "Octopus.ControlType": "SingleLineText" },
});
const templates = [
  template("Client.RoleArn", "Role that Slipway assumes in the client's account"),
  template("Client.ExternalId", "External id that the role's trust policy demands"),
  template("ClusterName", "ECS cluster"),
  template("ServiceName", "ECS service"),
  template("mem_soft_limit", "Memory in MiB that a container reserves"),
];

// What is the same everywhere, kept out of the process so that it can be scoped by environment, tenant or channel.
const variables = (account) => [
  { Name: "Hub", Type: "AmazonWebServicesAccount", Value: account.Id },
  { Name: "taskdef_name", Type: "String", Value: "web" },
  { Name: "ENVKEY", Type: "String", Value: "#{Octopus.Environment.Name | ToLower}" },
];

async function setVariables(client, project, account) {
  const path = inSpace(`variables/${project.VariableSetId}`);
  const set = await client.request(path, { spaceName: space });
  set.Variables = variables(account).map((variable) => ({ Scope: {}, IsSensitive: false, ...variable }));
  await client.doUpdate(path, set, { spaceName: space });
}

const containers = [
  {
    name: "web",
    package: "web",
    essential: true,
    memoryReservation: "#{mem_soft_limit}",
    portMappings: [{ containerPort: 80, hostPort: 0, protocol: "tcp" }],
    mountPoints: [{ sourceVolume: "Models", containerPath: "/opt/models", readOnly: true }],
    environment: [
      { name: "ENVKEY", value: "#{ENVKEY}" },
      { name: "RELEASE", value: "#{Octopus.Release.Number}" },
    ],
    ulimits: [{ name: "nofile", softLimit: 64000, hardLimit: 64000 }],
    logConfiguration: {
      logDriver: "awslogs",
      options: { "awslogs-group": "/shop/web", "awslogs-region": "#{Octopus.Action.Aws.Region}" },
    },
  },
];

async function setProcess(client, project, feed) {
  const processes = new DeploymentProcessRepository(client, space);
  const process = await processes.get(project);
  process.Steps = [
    {
      Name: "Deploy web",
      Condition: "Success",
      StartTrigger: "StartAfterPrevious",
      PackageRequirement: "LetOctopusDecide",
      Properties: {},
      Actions: [
        {
          Name: "Deploy web",
          ActionType: "Slipway.EcsService",
          Properties: {
            "Octopus.Action.AwsAccount.Variable": "Hub",
            "Octopus.Action.AwsAccount.UseInstanceRole": "False",
            "Octopus.Action.Aws.Region": feed.Region,
            "Octopus.Action.Aws.AssumeRole": "True",
            "Octopus.Action.Aws.AssumedRoleArn": "#{Client.RoleArn}",
            "Octopus.Action.Aws.AssumeRoleExternalId": "#{Client.ExternalId}",
            "Slipway.Ecs.Cluster": "#{ClusterName}",
            "Slipway.Ecs.Service": "#{ServiceName}",
            "Slipway.Ecs.TaskFamily": "#{taskdef_name}",
            "Slipway.Ecs.Compatibilities": "EC2",
            "Slipway.Ecs.Containers": JSON.stringify(containers),
            "Slipway.Ecs.Volumes": JSON.stringify([{ name: "Models", host: { sourcePath: "/srv/models" } }]),
            "Slipway.Ecs.DesiredCount": "2",
            "Slipway.Ecs.MinimumHealthyPercent": "50",
            "Slipway.Ecs.MaximumPercent": "200",
            "Slipway.Ecs.ForceNewDeployment": "True",
          },
          Packages: [
            { Name: "web", PackageId: "shop/web", FeedId: feed.Id, AcquisitionLocation: "NotAcquired", Properties: {} },
          ],
        },
      ],
    },
  ];
  await processes.update(project, process);
}

async function addTenant(client, project, environment, target) {
  const tenants = new TenantRepository(client, space);
  const tenant = await tenants.create({
    Name: target.tenant,
    TenantTags: [],
    ProjectEnvironments: { [project.Id]: [environment.Id] },
  });
  const values = {
    "Client.RoleArn": target.roleArn,
    "Client.ExternalId": target.externalId,
    ClusterName: target.cluster,
    ServiceName: target.service,
    mem_soft_limit: target.memory,
  };
  const variables = await tenants.getVariables(tenant);
  const ofProject = variables.ProjectVariables[project.Id];
  for (const { Id, Name } of ofProject.Templates) ofProject.Variables[environment.Id][Id] = values[Name];
  await tenants.setVariables(tenant, variables);
  return tenant;
}
