#include "model/resources/projects/action_template.h"

#include <fmt/format.h>

#include "model/resources/projects/deployment_process.h"
#include "model/resources/projects/variable_template.h"

namespace slipway::model {
namespace {

constexpr std::string_view kTemplateProperty = "Octopus.Action.Template.Id";
constexpr std::string_view kVersionProperty = "Octopus.Action.Template.Version";

json::object usage_of(const json::object& process, const json::object& project, const json::object& step,
                      const json::object& action, const json::object& properties) {
  const auto text = [](const json::object& from, std::string_view name) {
    return json::text_at(from, name).value_or("");
  };
  return {{"ActionTemplateId", text(properties, kTemplateProperty)},
          {"Version", text(properties, kVersionProperty)},
          {"DeploymentProcessId", text(process, "Id")},
          {"StepId", text(step, "Id")},
          {"StepName", text(step, "Name")},
          {"ActionId", text(action, "Id")},
          {"ActionName", text(action, "Name")},
          {"ProjectId", text(project, "Id")},
          {"ProjectName", text(project, "Name")},
          {"ProjectSlug", text(project, "Slug")}};
}

void add_usages(json::array& all, std::string_view id, const json::object& project, const json::object& process) {
  const json::array* steps = json::array_at(process, "Steps");
  for (std::size_t s = 0; steps != nullptr && s < steps->size(); ++s) {
    const json::object& step = (*steps)[s].as_object();
    const json::array* actions = json::array_at(step, "Actions");
    for (std::size_t a = 0; actions != nullptr && a < actions->size(); ++a) {
      const json::object& action = (*actions)[a].as_object();
      const json::object* properties = json::object_at(action, "Properties");
      if (properties == nullptr || json::text_at(*properties, kTemplateProperty) != id) continue;
      all.push_back(usage_of(process, project, step, action, *properties));
    }
  }
}

/// The actions that were made of it.
json::value usages(const json::object& made, const Lookup& lookup) {
  const std::string_view id = json::text_at(made, "Id").value_or("");
  json::array all;
  for (const json::object& project : lookup.list("Project", json::text_at(made, "SpaceId").value_or(""))) {
    const auto process = lookup.find(fmt::format("deploymentprocess-{}", json::text_at(project, "Id").value_or("")));
    if (process) add_usages(all, id, project, *process);
  }
  return all;
}

Changes template_hook(const Edit& edit, const Lookup& lookup, Problems& problems) {
  if (!edit.is_deletion()) {
    check_template_names(edit.before, *edit.after, problems, "Parameters");
    if (const auto twice = package_named_twice(*edit.after)) {
      problems.add(
          fmt::format("Packages: two package references are named '{}'; each needs a name of its own.", *twice));
    }
    return {};
  }
  const json::value used = usages(*edit.before, lookup);
  for (const json::value& use : used.as_array()) {
    problems.add(
        fmt::format("The step template is used by action '{}' of project '{}' and can't be deleted; remove it "
                    "there first.",
                    json::text_at(use.as_object(), "ActionName").value_or(""),
                    json::text_at(use.as_object(), "ProjectName").value_or("")));
  }
  return {};
}

}  // namespace

Schema action_template_schema() {
  return {
      .type = "ActionTemplate",
      .collection = "actiontemplates",
      .id_prefix = "ActionTemplates",
      .fields = {name_field(), description_field(), text("ActionType").required().as_name(),
                 text("CommunityActionTemplateId").nullable(), packages_field(reference("FeedId", {"Feed"})),
                 anything("GitDependencies", json::array()), templates_field("Parameters"), properties()},
      .is_versioned = true,
      .keeps_versions = true,
      .derived = {{"usage", "The actions that were made of it.", usages}},
      .links = {{"Usage", "<self>/usage"}},
      .link_name = "ActionTemplates",
      .permissions = permissions_of("ActionTemplate"),
      .hook = template_hook,
      .no_effect =
          "An action that was made of a template has its properties for itself: the template is not read when it runs.",
  };
}

}  // namespace slipway::model
