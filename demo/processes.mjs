// Starts what the demo needs and stops just that.
import { spawn } from "node:child_process";
import { mkdtempSync, createWriteStream, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A folder of its own for this run: databases and logs. */
export const makeFolder = () => mkdtempSync(join(tmpdir(), "slipway-demo-"));

/** Starts a program that says `"address":"…"` in a line of its output once it serves there. */
export async function start(name, program, args, environment, folder) {
  const log = join(folder, `${name}.log`);
  const file = createWriteStream(log);
  const child = spawn(program, args, { env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
  const address = await new Promise((resolve, reject) => {
    let seen = "";
    const read = (data) => {
      file.write(data);
      seen = seen.length < 100_000 ? seen + data : seen;
      const found = seen.match(/"address":"(?:http:\/\/)?(127\.0\.0\.1:[1-9]\d*)"/);
      if (found) resolve(`http://${found[1]}`);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("error", () => reject(new Error(`${program} can't be started; build it with ./dev build`)));
    child.on("exit", (code) => reject(new Error(`${name} ended with ${code} before it listened:\n${seen}`)));
    setTimeout(() => reject(new Error(`${name} did not say that it listens within 15 s; see ${log}`)), 15_000).unref();
  });
  return { name, child, address, log, lastLines: () => readFileSync(log, "utf8").split("\n").slice(-20).join("\n") };
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
  for (let attempt = 0; attempt < 200; ++attempt) {
    const response = await fetch(`${address}/health/ready`).catch(() => undefined);
    if (response?.ok) return;
    await sleep(50);
  }
  throw new Error(`The server at ${address} did not become ready within 10 s`);
}
