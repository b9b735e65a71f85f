#include "api/compat/step_templates.h"

#include "api/http/shape.h"
#include "base/text.h"

namespace slipway::api {
namespace {

/// A step type as clients list it beside step templates.
struct BuiltInStep {
  std::string_view type, name, category, description;
};

constexpr BuiltInStep steps[] = {
    {"Slipway.EcsService", "Deploy an Amazon ECS service", "Aws",
     "Registers a task definition, updates the service, and proves that it runs."},
    {"Slipway.NoOp", "Do nothing", "Other", "Succeeds at once; a placeholder in a process that is being made."},
};

net::Response search_steps(Call& call, storage::Reader&) {
  const auto wanted = call.query.find("type");
  json::array found;
  for (const auto& [type, name, category, description] : steps) {
    if (wanted && !wanted->empty() && !equals_ignoring_case(*wanted, type)) continue;
    found.push_back(json::object{{"Id", type},
                                 {"Name", name},
                                 {"Type", type},
                                 {"Category", category},
                                 {"Categories", json::array{category}},
                                 {"Description", description},
                                 {"Author", "Slipway"},
                                 {"Website", ""},
                                 {"Keywords", ""},
                                 {"IsInstalled", true},
                                 {"IsBuiltIn", true},
                                 {"HasUpdate", false},
                                 {"CommunityActionTemplateId", nullptr},
                                 {"Links", json::object()}});
  }
  return json_response(200, found);
}

net::Response categories(Call&, storage::Reader&) {
  json::array list;
  for (const std::string_view name : {"Aws", "Other"}) {
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

std::vector<Route> step_template_routes() {
  return {
      Route{"GET", "actiontemplates/categories", "ActionTemplateView", "The categories of step types.", categories}
          .answers(shape::list_of(category_shape()))
          .linked("ActionTemplatesCategories"),
      Route{"GET", "actiontemplates/search", "ActionTemplateView", "Step types, by their type.", search_steps}
          .with_query({{"type"}})
          .answers(shape::list_of(step_shape()))
          .linked("ActionTemplatesSearch"),
  };
}

}  // namespace slipway::api
