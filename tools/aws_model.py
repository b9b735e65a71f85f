#!/usr/bin/env python3
"""Makes src/aws_model/model_data.cpp of the service models that botocore ships: what AWS's operations take.

    pip install botocore==VERSION && tools/aws_model.py           writes the file
    tools/aws_model.py --check                                    fails when it differs from what would be written
"""

import argparse
import json
import sys
from pathlib import Path

import botocore
from botocore.loaders import Loader

TARGET = Path(__file__).resolve().parent.parent / "src/aws_model/model_data.cpp"

OPERATIONS = {
    "ecs": [
        "CreateCluster",
        "CreateService",
        "DeleteService",
        "DeregisterTaskDefinition",
        "DescribeClusters",
        "DescribeServiceDeployments",
        "DescribeServiceRevisions",
        "DescribeServices",
        "DescribeTaskDefinition",
        "DescribeTasks",
        "ListClusters",
        "ListServiceDeployments",
        "ListServices",
        "ListTagsForResource",
        "ListTaskDefinitions",
        "ListTasks",
        "RegisterTaskDefinition",
        "StopServiceDeployment",
        "StopTask",
        "TagResource",
        "UntagResource",
        "UpdateService",
    ],
    "ecr": [
        "BatchGetImage",
        "CreateRepository",
        "DescribeImages",
        "DescribeRepositories",
        "GetAuthorizationToken",
        "GetRepositoryPolicy",
        "ListImages",
        "SetRepositoryPolicy",
    ],
}

KINDS = {
    "string": "text",
    "blob": "text",
    "integer": "number",
    "long": "number",
    "float": "decimal",
    "double": "decimal",
    "timestamp": "decimal",
    "boolean": "flag",
}


def shape(described):
    """One shape as the file has it."""
    bounds = {name: described[name] for name in ("min", "max") if name in described}
    if described["type"] == "structure":
        members = {name: member["shape"] for name, member in described["members"].items()}
        required = described.get("required", [])
        return {"kind": "structure", "members": members} | ({"required": required} if required else {})
    if described["type"] == "list":
        return {"kind": "list", "item": described["member"]["shape"]} | bounds
    if described["type"] == "map":
        return {"kind": "map", "item": described["value"]["shape"]}
    values = {"values": described["enum"]} if "enum" in described else {}
    return {"kind": KINDS[described["type"]]} | values | bounds


def parts(described):
    if described["type"] == "structure":
        return [member["shape"] for member in described["members"].values()]
    return [described[part]["shape"] for part in ("member", "value") if part in described]


def service(loader, name, operations):
    model = loader.load_service_model(name, "service-2")
    inputs = {operation: model["operations"][operation]["input"]["shape"] for operation in operations}
    needed, waiting = set(), list(inputs.values())
    while waiting:
        at = waiting.pop()
        if at not in needed:
            needed.add(at)
            waiting += parts(model["shapes"][at])
    return {"operations": inputs, "shapes": {at: shape(model["shapes"][at]) for at in sorted(needed)}}


def regions(loader):
    partitions = loader.load_data("partitions")["partitions"]
    return sorted(region for partition in partitions for region in partition["regions"] if "global" not in region)


def lines(value, depth):
    """JSON with each service, operation and shape on a line of its own."""
    if depth == 0 or not isinstance(value, dict):
        return json.dumps(value)
    return "{\n" + ",\n".join(f"{json.dumps(key)}: {lines(part, depth - 1)}" for key, part in value.items()) + "\n}"


def generate():
    loader = Loader()
    model = {
        "botocore": botocore.__version__,
        "regions": regions(loader),
        "services": {name: service(loader, name, operations) for name, operations in OPERATIONS.items()},
    }
    return f"""// Made by tools/aws_model.py of botocore {botocore.__version__}; don't edit.
#include "aws_model/model_data.h"

namespace slipway::aws {{

// clang-format off
const std::string_view kModelData = R"json({lines(model, 4)})json";
// clang-format on

}}  // namespace slipway::aws
"""


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--check", action="store_true", help="write nothing")
    made = generate()
    if not arguments.parse_args().check:
        TARGET.write_text(made)
    elif TARGET.read_text() != made:
        sys.exit(f"{TARGET.name} is not what botocore {botocore.__version__} gives: run tools/aws_model.py.")


main()
