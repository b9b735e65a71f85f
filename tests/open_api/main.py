"""The server's OpenAPI document is accepted by what others make of such documents: two validators, a generator whose
types a program is compiled against, and one whose client calls the server."""

import shutil
import subprocess
from pathlib import Path

from openapi_spec_validator import OpenAPIV30SpecValidator

from support.api import Api
from support.programs import Folder, Slipway
from support.suite import Suite, expect_equal

HERE = Path(__file__).resolve().parent
METHODS = ("get", "put", "post", "delete")
suite = Suite()


def operations(document):
    return [(path, method, item[method]) for path, item in document["paths"].items() for method in METHODS if method in item]


def run_tool(work, *command):
    done = subprocess.run([str(HERE / "node_modules/.bin" / command[0]), *command[1:]], cwd=work, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@suite.case
def a_validator_finds_no_mistake(document, _, __):
    mistakes = [f"{list(mistake.absolute_path)}: {mistake.message}" for mistake in OpenAPIV30SpecValidator(document).iter_errors()]
    assert not mistakes, "\n".join(mistakes[:20])
    print(f"        {len(operations(document))} operations")


@suite.case
def another_validator_finds_no_mistake(_, work, __):
    run_tool(work, "validate-api", "openapi.json")


@suite.case
def every_operation_has_an_answer_and_every_writing_one_a_body(document, _, __):
    for path, method, operation in operations(document):
        successes = [code for code in operation["responses"] if code.startswith("2")]
        assert successes, f"{method} {path} has no answer"
        for code in successes:
            for content in operation["responses"][code]["content"].values():
                assert "schema" in content, f"{method} {path} {code}"
        assert ("requestBody" in operation) == (method in ("put", "post")), f"{method} {path}"


@suite.case
def types_are_generated_and_a_program_compiles_against_them(_, work, __):
    run_tool(work, "openapi-typescript", "openapi.json", "--output", "slipway.d.ts")
    shutil.copy(HERE / "program.ts", work)
    run_tool(work, "tsc", "--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "program.ts")


@suite.case
def a_generated_client_compiles_and_its_calls_are_answered(_, work, server):
    run_tool(work, "openapi", "--input", "openapi.json", "--output", "client", "--useOptions")
    shutil.copy(HERE / "call.ts", work)
    run_tool(work, "tsc", "--strict", "--module", "commonjs", "--target", "es2022", "--lib", "es2022,dom", "call.ts")
    done = subprocess.run(["node", "call.js", server.address, server.key], cwd=work, capture_output=True, text=True)
    expect_equal(done.returncode, 0, done.stderr)
    listed, refused = done.stdout.splitlines()
    expect_equal(listed, "listed 1: Web shop")
    assert refused.startswith("refused with 404: "), refused


def main():
    with Folder() as work, Slipway(work) as server:
        api = Api(server.address, server.key)
        answer = api.send("GET", "/api/openapi.json", headers={"X-Octopus-ApiKey": None})
        expect_equal(answer.status, 200)
        (work / "openapi.json").write_bytes(answer.body)
        suite.run_and_exit(answer.json(), work, server)


if __name__ == "__main__":
    main()
