#include "steps/ecs_service/declaration.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

namespace slipway::steps::ecs {
namespace {

TEST_CASE("the table of the step's inputs in the docs is the one that it is declared by") {
  const char* source = std::getenv("SLIPWAY_SOURCE_DIR");
  std::ifstream file(std::string(source != nullptr ? source : ".") + "/docs/ecs-step.md");
  const std::string docs{std::istreambuf_iterator<char>(file), {}};
  const std::string table = model::input_docs(declaration());
  CHECK_MESSAGE(docs.find(table) != std::string::npos, table);
}

TEST_CASE("every input has a name of its own, and what counts with a flag names one") {
  std::set<std::string> names;
  for (const model::StepInput& input : declaration().inputs) {
    CAPTURE(input.name);
    CHECK(names.insert(input.name).second);
    if (input.flag.empty()) continue;
    REQUIRE(declaration().find(input.flag) != nullptr);
    CHECK(declaration().find(input.flag)->kind == model::InputKind::Flag);
  }
  for (const std::string& name : declaration().at_least_one_of) CHECK(names.contains(name));
}

}  // namespace
}  // namespace slipway::steps::ecs
