// Cases, run one after another; ends with the line `N passed, N failed`.
export class Suite {
  #cases = [];

  add(name, run) {
    this.#cases.push({ name, run });
  }

  /** Runs the cases whose name has all `words`; true when there were some and all passed. */
  async run(words) {
    let passed = 0;
    let failed = 0;
    for (const { name, run } of this.#cases.filter(({ name }) => words.every((word) => name.includes(word)))) {
      try {
        await run();
        passed += 1;
        console.log(`ok      ${name}`);
      } catch (error) {
        failed += 1;
        console.log(`FAILED  ${name}\n${error.stack ?? error.message ?? JSON.stringify(error)}`);
      }
    }
    console.log(`${passed} passed, ${failed} failed`);
    return failed === 0 && passed > 0;
  }
}
