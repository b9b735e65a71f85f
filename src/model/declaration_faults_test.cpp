#include "model/declaration_faults.h"

#include <doctest/doctest.h>

namespace slipway::model {
namespace {

StepDeclaration step(std::vector<StepInput> inputs) {
  return {.type = "Slipway.Announce",
          .name = "Announce",
          .category = "Other",
          .description = "Tells others of a release.",
          .inputs = std::move(inputs)};
}

std::string fault_of(StepInput input) {
  const Problems problems = faults_of(step({std::move(input)}));
  return problems.empty() ? "" : problems.list().front();
}

TEST_CASE("a declaration that says nothing wrong has no faults") {
  CHECK(faults_of(step({text_input("A", "a text").otherwise("#{Octopus.Release.Number}"),
                        number_input("B", 1, 9, "a number").otherwise("9"), flag_input("C", "a flag", true),
                        choice_input("D", {"Quiet", "Loud"}, "how loud").otherwise("loud").only_with("C")}))
            .empty());
}

TEST_CASE("slips of who declares a step are named") {
  CHECK(fault_of(number_input("B", 9, 1, "a number")) == "No number is both at least 9 and at most 1: B.");
  CHECK(fault_of(number_input("B", 1, 9, "a number").otherwise("10")).find("B must be a whole number") !=
        std::string::npos);
  CHECK(fault_of(number_input("B", 1, 9, "a number").otherwise("some")).find("B must be") != std::string::npos);
  CHECK(fault_of(choice_input("D", {"Quiet"}, "how loud").otherwise("Shrill")).find("D must be") != std::string::npos);
  CHECK(fault_of(flag_input("C", "a flag", true).otherwise("Perhaps")).find("C must be True or False") !=
        std::string::npos);
  CHECK(fault_of(text_input("A", "")) == "A does not say what it means.");
  CHECK(fault_of(text_input("A", "a text").only_with("Z")) == "A depends on Z, which is no flag of the step.");
  CHECK(faults_of(step({text_input("A", "a text"), text_input("a", "another")})).list() ==
        std::vector<std::string>{"a is declared twice."});
  StepDeclaration asking = step({text_input("A", "a text")});
  asking.at_least_one_of = {"A", "B"};
  CHECK(faults_of(asking).list().size() == 2);
  CHECK_FALSE(faults_of(StepDeclaration{}).empty());
}

}  // namespace
}  // namespace slipway::model
