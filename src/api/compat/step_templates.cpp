#include "api/compat/step_templates.h"

#include <set>

#include "api/http/shape.h"
#include "base/text.h"

namespace slipway::api {
namespace {

/// A step type as clients list it beside step templates.
json::object template_document(const model::StepDeclaration& step) {
  return {{"Id", step.type},
          {"Name", step.name},
          {"Type", step.type},
          {"Category", step.category},
          {"Categories", json::array{json::value(step.category)}},
          {"Description", step.description},
          {"Author", "Slipway"},
          {"Website", ""},
          {"Keywords", ""},
          {"IsInstalled", true},
          {"IsBuiltIn", true},
          {"HasUpdate", false},
          {"CommunityActionTemplateId", nullptr},
          {"Links", json::object()}};
}

net::Response search_steps(const Call& call, const model::StepDeclarations& declarations) {
  const auto wanted = call.query.find("type");
  json::array found;
  for (const model::StepDeclaration& step : declarations.all()) {
    if (wanted && !wanted->empty() && !equals_ignoring_case(*wanted, step.type)) continue;
    found.push_back(template_document(step));
  }
  return json_response(200, found);
}

net::Response categories(const model::StepDeclarations& declarations) {
  std::set<std::string> names;
  for (const model::StepDeclaration& step : declarations.all()) names.insert(step.category);
  json::array list;
  for (const std::string& name : names) {
    list.push_back(
        json::object{{"Id", name}, {"Name", name}, {"DisplayOrder", list.size() + 1}, {"Links", json::object()}});
  }
  return json_response(200, list);
}

json::object category_shape() {
  return shape::object({{"Id", shape::text()},
                        {"Name", shape::text()},
                        {"DisplayOrder", shape::whole_number()},
                        {"Links", shape::links()}});
}

json::object step_shape() {
  return shape::object({{"Id", shape::text()},
                        {"Name", shape::text()},
                        {"Type", shape::text()},
                        {"Category", shape::text()},
                        {"Categories", shape::list_of(shape::text())},
                        {"Description", shape::text()},
                        {"Author", shape::text()},
                        {"Website", shape::text()},
                        {"Keywords", shape::text()},
                        {"IsInstalled", shape::flag()},
                        {"IsBuiltIn", shape::flag()},
                        {"HasUpdate", shape::flag()},
                        {"CommunityActionTemplateId", shape::or_null(shape::text())},
                        {"Links", shape::links()}});
}

}  // namespace

std::vector<Route> step_template_routes(const model::StepDeclarations& declarations) {
  return {
      Route{"GET", "actiontemplates/categories", "ActionTemplateView", "The categories of step types.",
            [&declarations](Call&, storage::Reader&) { return categories(declarations); }}
          .answers(shape::list_of(category_shape()))
          .linked("ActionTemplatesCategories"),
      Route{"GET", "actiontemplates/search", "ActionTemplateView", "Step types, by their type.",
            [&declarations](Call& call, storage::Reader&) { return search_steps(call, declarations); }}
          .with_query({{"type"}})
          .answers(shape::list_of(step_shape()))
          .linked("ActionTemplatesSearch"),
  };
}

}  // namespace slipway::api
