// Follows tasks to their end and prints what their logs say, as it is said.
import { SpaceServerTaskRepository } from "@octopusdeploy/api-client";
import { space } from "./configure.mjs";

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** All log elements below an activity, in the order in which they were written. */
const elements = (activity) => [...activity.LogElements, ...activity.Children.flatMap(elements)];

/**
 * @param followed a list of {name, taskId}
 * @returns the ended tasks, by name
 */
export async function follow(client, followed, { patience = 60_000, print = console.log } = {}) {
  const repository = new SpaceServerTaskRepository(client, space);
  const width = Math.max(...followed.map(({ name }) => name.length));
  const printed = new Map(followed.map(({ taskId }) => [taskId, 0]));
  const ended = new Map();
  const giveUp = Date.now() + patience;
  while (ended.size < followed.length) {
    if (Date.now() > giveUp) throw new Error(`Tasks did not end within ${patience / 1000} s`);
    for (const { name, taskId } of followed.filter(({ name }) => !ended.has(name))) {
      const { Task, ActivityLogs } = await repository.getDetails(taskId);
      const lines = ActivityLogs.flatMap(elements).sort((a, b) => a.Number - b.Number);
      for (const line of lines.filter(({ Number }) => Number > printed.get(taskId))) {
        if (line.Category !== "Verbose") print(`  ${name.padEnd(width)} │ ${line.MessageText}`);
        printed.set(taskId, line.Number);
      }
      if (Task.IsCompleted) ended.set(name, Task);
    }
    await sleep(200);
  }
  return ended;
}
