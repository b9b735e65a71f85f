#include "api/resources/step_routes.h"

#include "api/http/shape.h"
#include "api/http/text_or_null.h"

namespace slipway::api {
namespace {

json::object input_document(const model::StepInput& input) {
  const bool is_number = input.kind == model::InputKind::Number;
  json::value counts_with = nullptr;
  if (!input.flag.empty()) counts_with = json::object{{"Name", input.flag}, {"Value", input.wanted_flag}};
  return {{"Name", input.name},
          {"Kind", json::name_of(input.kind)},
          {"Description", input.sentence},
          {"IsRequired", input.is_required()},
          {"RequiredUnless", text_or_null(input.unless)},
          {"CountsWith", std::move(counts_with)},
          {"IsSecret", input.is_secret},
          {"Default", text_or_null(input.fallback)},
          {"WhenLeftOut", text_or_null(input.without)},
          {"Minimum", is_number ? json::value(input.least) : json::value(nullptr)},
          {"Maximum", is_number ? json::value(input.most) : json::value(nullptr)},
          {"Choices", json::to_json(input.choices)}};
}

json::object step_document(const model::StepDeclaration& step) {
  json::array inputs;
  for (const model::StepInput& input : step.inputs) inputs.push_back(input_document(input));
  return {{"Type", step.type},           {"Name", step.name},
          {"Category", step.category},   {"Description", step.description},
          {"Inputs", std::move(inputs)}, {"AtLeastOneOf", json::to_json(step.at_least_one_of)},
          {"Links", json::object()}};
}

json::object step_shape() {
  const auto nullable_text = shape::or_null(shape::text());
  const auto input =
      shape::object({{"Name", shape::text()},
                     {"Kind", shape::enumerator<model::InputKind>()},
                     {"Description", shape::text()},
                     {"IsRequired", shape::flag()},
                     {"RequiredUnless", nullable_text},
                     {"CountsWith", shape::or_null(shape::object({{"Name", shape::text()}, {"Value", shape::flag()}}))},
                     {"IsSecret", shape::flag()},
                     {"Default", nullable_text},
                     {"WhenLeftOut", nullable_text},
                     {"Minimum", shape::or_null(shape::whole_number())},
                     {"Maximum", shape::or_null(shape::whole_number())},
                     {"Choices", shape::list_of(shape::text())}});
  return shape::object({{"Type", shape::text()},
                        {"Name", shape::text()},
                        {"Category", shape::text()},
                        {"Description", shape::text()},
                        {"Inputs", shape::list_of(input)},
                        {"AtLeastOneOf", shape::list_of(shape::text())},
                        {"Links", shape::links()}});
}

}  // namespace

std::vector<Route> step_routes(const model::StepDeclarations& declarations) {
  const auto list = [&declarations](Call&, storage::Reader&) {
    json::array all;
    for (const model::StepDeclaration& step : declarations.all()) all.push_back(step_document(step));
    return json_response(200, all);
  };
  return {Route{"GET", "steps", "ActionTemplateView", "Step types, with the inputs that they read.", list}
              .answers(shape::list_of(step_shape()))
              .linked("Steps")};
}

}  // namespace slipway::api
