#include "api/compat/step_templates.h"

#include <set>

#include "api/http/shape.h"
#include "base/text.h"
#include "storage/document_lookup.h"

namespace slipway::api {
namespace {

/// As clients list step types and the templates made of them.
json::object found_step(std::string_view id, std::string_view type, std::string_view name, std::string_view category,
                        std::string_view description, bool is_built_in) {
  return {{"Id", id},
          {"Name", name},
          {"Type", type},
          {"Category", category},
          {"Categories", json::array{json::value(category)}},
          {"Description", description},
          {"Author", is_built_in ? "Slipway" : ""},
          {"Website", ""},
          {"Keywords", ""},
          {"IsInstalled", true},
          {"IsBuiltIn", is_built_in},
          {"HasUpdate", false},
          {"CommunityActionTemplateId", nullptr},
          {"Links", json::object()}};
}

constexpr std::string_view kOfTemplates = "StepTemplate";

/// Step types, then the templates that were made of them.
net::Response search_steps(const Call& call, storage::Reader& reader, const model::StepDeclarations& declarations) {
  const auto wanted = call.query.find("type");
  const auto is_wanted = [&](std::string_view type) {
    return !wanted || wanted->empty() || equals_ignoring_case(*wanted, type);
  };
  json::array found;
  for (const model::StepDeclaration& step : declarations.all()) {
    if (!is_wanted(step.type)) continue;
    found.push_back(found_step(step.type, step.type, step.name, step.category, step.description, true));
  }
  for (const json::object& made : storage::DocumentLookup(reader).list("ActionTemplate", call.space)) {
    const auto text = [&](std::string_view name) { return json::text_at(made, name).value_or(""); };
    if (!is_wanted(text("ActionType"))) continue;
    found.push_back(found_step(text("Id"), text("ActionType"), text("Name"), kOfTemplates, text("Description"), false));
  }
  return json_response(200, found);
}

net::Response categories(const model::StepDeclarations& declarations) {
  std::set<std::string, std::less<>> names;
  for (const model::StepDeclaration& step : declarations.all()) names.emplace(step.category);
  names.emplace(kOfTemplates);
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
      Route{"GET", "actiontemplates/search", "ActionTemplateView", "Step types and step templates, by their type.",
            [&declarations](Call& call, storage::Reader& reader) { return search_steps(call, reader, declarations); }}
          .with_query({{"type"}})
          .answers(shape::list_of(step_shape()))
          .linked("ActionTemplatesSearch"),
  };
}

}  // namespace slipway::api
