// Starts what the demo needs and stops just that.
import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks `condition` twenty times a second for something true, for `seconds`; undefined when it never was. */
async function poll(condition, seconds) {
  for (let attempt = 0; attempt < seconds * 20; ++attempt) {
    const found = await condition();
    if (found) return found;
    await sleep(50);
  }
  return undefined;
}

/** A folder of its own for this run: databases and logs. */
export const makeFolder = () => mkdtempSync(join(tmpdir(), "slipway-demo-"));

/**
 * Starts a program that says `"address":"…"` in a line of its output once it serves there.
 * `outlives`: it goes on when we end, unless it is stopped.
 */
export async function start(name, program, args, { environment = {}, folder, outlives = false }) {
  const log = join(folder, `${name}.log`);
  const output = openSync(log, "a");
  const environmentOfAll = { ...process.env, ...environment };
  const child = spawn(program, args, { env: environmentOfAll, stdio: ["ignore", output, output], detached: outlives });
  closeSync(output);
  const text = () => readFileSync(log, "utf8");
  let problem;
  child.on("error", () => (problem = `${program} can't be started; build it with ./dev build`));
  child.on("exit", (code) => (problem ??= `${name} ended with ${code} before it listened:\n${text()}`));
  if (outlives) child.unref();
  const found = await poll(() => problem ?? text().match(/"address":"(?:http:\/\/)?(127\.0\.0\.1:[1-9]\d*)"/), 15);
  if (problem || !found) throw new Error(problem ?? `${name} did not say within 15 s that it listens; see ${log}`);
  return { name, child, log, address: `http://${found[1]}`, lastLines: () => text().split("\n").slice(-20).join("\n") };
}

/** Asks a process to end, and makes it after 10 s. */
export async function stop({ child }) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const patience = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await ended;
  clearTimeout(patience);
}

/** Waits until the server answers /health/ready with 200. */
export async function untilReady(address) {
  const isReady = async () => (await fetch(`${address}/health/ready`).catch(() => undefined))?.ok;
  if (!(await poll(isReady, 10))) throw new Error(`The server at ${address} did not become ready within 10 s`);
}
