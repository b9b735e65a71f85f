// The two calls of a pipeline, as a program is written against the generated types. It is only compiled.
import type { components, paths } from "./slipway.js";

type BodyOf<Path extends keyof paths> = paths[Path] extends {
  post: { requestBody: { content: { "application/json": infer Body } } };
}
  ? Body
  : never;
type Created<Path extends keyof paths> = paths[Path] extends {
  post: { responses: { 201: { content: { "application/json": infer Answer } } } };
}
  ? Answer
  : never;

export const release: BodyOf<"/api/{spaceId}/releases/create/v1"> = {
  ProjectName: "Web shop",
  ChannelName: "Default",
  Packages: ["shop/web:1.0.0"],
  IgnoreIfAlreadyExists: true,
};

export const deployment: BodyOf<"/api/{spaceId}/deployments/create/tenanted/v1"> = {
  ProjectName: "Web shop",
  ReleaseVersion: "1.0.0",
  EnvironmentName: "Production",
  Tenants: ["*"],
  Variables: { Approver: "Jane" },
  RunAt: "2024-05-01T02:03:04Z",
};

// @ts-expect-error: a release needs its project
export const nameless: BodyOf<"/api/{spaceId}/releases/create/v1"> = { ChannelName: "Default" };

// @ts-expect-error: a misspelt member
export const misspelt: BodyOf<"/api/{spaceId}/releases/create/v1"> = { ProjectName: "Web shop", ChanelName: "Default" };

export function taskOf(answer: Created<"/api/{spaceId}/deployments/create/tenanted/v1">): string[] {
  return answer.DeploymentServerTasks.map((task) => `${task.TenantName ?? "nobody"}: ${task.ServerTaskId}`);
}

export function whatRuns(dashboard: components["schemas"]["Dashboard"]): string[] {
  return dashboard.Items.filter((item) => item.IsCurrent).map((item) => item.ReleaseVersion);
}

export const wanted: paths["/api/tasks"]["get"]["parameters"]["query"] = { ids: ["ServerTasks-1"], active: true };
