// A program on the generated client, run against a server: it makes a project, lists it, and is told what is wrong.
import { ApiError, DefaultService, OpenAPI } from "./client";

declare const process: { argv: string[]; exitCode: number };

async function main(address: string, key: string): Promise<void> {
  OpenAPI.BASE = address;
  OpenAPI.HEADERS = { "X-Octopus-ApiKey": key };
  const spaceId = "Spaces-1";

  const made = await DefaultService.postProjects({
    spaceId,
    requestBody: { Name: "Web shop", ProjectGroupId: "ProjectGroups-1", LifecycleId: "Lifecycles-1" },
  });
  const page = await DefaultService.getProjects({ spaceId, ids: [made.Id ?? ""], take: 5 });
  const names: Array<string | undefined> = page.Items.map((project) => project.Name);
  console.log(`listed ${page.TotalResults}: ${names.join(", ")}`);

  try {
    await DefaultService.getProjectsById({ spaceId, id: "Projects-999" });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    console.log(`refused with ${error.status}: ${error.body.ErrorMessage}`);
  }
}

main(process.argv[2] ?? "", process.argv[3] ?? "").catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
