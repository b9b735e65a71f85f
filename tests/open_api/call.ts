// A program on the generated client, run against a server: it makes a project, lists it, and is told what is wrong.
import { ApiError, DefaultService, OpenAPI } from "./client";
import type { Error as Refusal } from "./client";

declare const process: { argv: string[]; exitCode: number };

// The generator counts what a failure answers among the answers of a call, though a call that fails throws.
function answered<T>(answer: T | Refusal): T {
  return answer as T;
}

async function main(address: string, key: string): Promise<void> {
  OpenAPI.BASE = address;
  OpenAPI.HEADERS = { "X-Octopus-ApiKey": key };
  const spaceId = "Spaces-1";

  const made = answered(
    await DefaultService.postProjects({
      spaceId,
      requestBody: { Name: "Web shop", ProjectGroupId: "ProjectGroups-1", LifecycleId: "Lifecycles-1" },
    }),
  );
  const page = answered(await DefaultService.getProjects({ spaceId, ids: [made.Id ?? ""], take: 5 }));
  const names = page.Items.map((project) => project.Name);
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
