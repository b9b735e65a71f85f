#include "model/resources/projects/channel.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "base/text.h"
#include "language/versions/channel_rule.h"

namespace slipway::model {
namespace {

/// Older clients name the actions of a rule alone; both forms are kept equal.
void complete_rule(json::object& rule) {
  json::array& packages = rule["ActionPackages"].as_array();
  json::array& actions = rule["Actions"].as_array();
  if (packages.empty()) {
    for (const auto& action : actions) {
      packages.push_back(json::object{{"DeploymentAction", action}, {"PackageReference", ""}});
    }
  }
  actions.clear();
  for (const auto& package : packages) actions.push_back(package.at("DeploymentAction"));
}

/// Several intervals, "[1.0,2.0),[3.0,)", which only Maven's notation has. Which of the two a rule is read in depends
/// on the feeds of its packages, and these may come later.
bool is_maven_set(std::string_view range) {
  const auto parsed = language::VersionRange::try_parse(language::RangeFormat::maven, range);
  return parsed && !parsed->recommended();
}

std::vector<std::string> mistakes_in(const json::object& rule) {
  const auto text = [&](std::string_view member) { return std::string(json::text_at(rule, member).value_or("")); };
  language::ChannelRuleText texts{text("VersionRange"), text("Tag"), {}};
  if (is_maven_set(texts.version_range)) texts.version_range.clear();
  try {
    [[maybe_unused]] const language::ChannelRule rule_that_parses(texts, language::RangeFormat::nuget);
    return {};
  } catch (const Error& error) {
    return error.details();
  }
}

void check_texts(const json::array& rules, Problems& problems) {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    for (const std::string& mistake : mistakes_in(rules[i].as_object())) {
      problems.add(fmt::format("Rules[{}].{}", i, mistake));
    }
  }
}

void check_coverage(const Channel& channel, Problems& problems) {
  std::set<std::pair<std::string, std::string>> covered;
  for (const ChannelRule& rule : channel.Rules) {
    for (const ActionPackage& package : rule.ActionPackages) {  // CHN-3
      if (!covered.emplace(fold_name(package.DeploymentAction), fold_name(package.PackageReference)).second) {
        problems.add(
            fmt::format("Rules: the package '{}' of the step '{}' is covered by more than one rule; one may decide.",
                        package.PackageReference, package.DeploymentAction));
      }
    }
  }
}

bool is_default(const json::object& channel) { return json::flag_at(channel, "IsDefault").value_or(false); }

/// Exactly one channel of a project is its default (CHN-1).
Changes settle_default(const Edit& edit, const Lookup& lookup, Problems& problems) {
  Changes changes;
  const json::object& channel = *edit.after;
  bool another = false;
  for (const json::object& other : lookup.list("Channel", json::text_at(channel, "ProjectId").value_or(""))) {
    if (other.at("Id") == channel.at("Id") || !is_default(other)) continue;
    another = true;
    if (is_default(channel)) changes.update.push_back({{"Id", other.at("Id")}, {"IsDefault", false}});
  }
  if (another || is_default(channel)) return changes;
  if (edit.is_creation()) {
    (*edit.after)["IsDefault"] = true;
  } else {
    problems.add("IsDefault: a project has exactly one default channel; make another channel the default instead.");
  }
  return changes;
}

void check_deletion(const json::object& channel, const Lookup& lookup, Problems& problems) {
  const std::string_view name = json::text_at(channel, "Name").value_or("");
  if (is_default(channel)) {
    problems.add(fmt::format("The channel '{}' is the project's default and can't be deleted.", name));
  } else if (!lookup
                  .releases(json::text_at(channel, "ProjectId").value_or(""), json::text_at(channel, "Id").value_or(""),
                            1)
                  .empty()) {
    problems.add(
        fmt::format("The channel '{}' has releases and can't be deleted; delete those or move them first.", name));
  }
}

void check_custom_fields(const json::object& channel, Problems& problems) {
  std::set<std::string> names;
  for (const json::value& field : channel.at("CustomFieldDefinitions").as_array()) {
    const std::string_view name = json::text_at(field.as_object(), "FieldName").value_or("");
    if (names.insert(fold_name(name)).second) continue;
    problems.add(fmt::format("CustomFieldDefinitions: two are named '{}'; give each a name of its own.", name));
  }
}

Changes channel_hook(const Edit& edit, const Lookup& lookup, Problems& problems) {
  if (edit.is_deletion()) {
    check_deletion(*edit.before, lookup, problems);
    return {};
  }
  for (json::value& rule : (*edit.after)["Rules"].as_array()) complete_rule(rule.as_object());
  const json::value& rules = edit.after->at("Rules");
  if (edit.is_creation() || edit.before->at("Rules") != rules) check_texts(rules.as_array(), problems);
  if (!edit.user.empty()) check_custom_fields(*edit.after, problems);
  check_coverage(json::from_json<Channel>(*edit.after), problems);
  return settle_default(edit, lookup, problems);
}

Field list_without_ids(Field list) {
  list.item_ids.clear();
  return list;
}

}  // namespace

Schema channel_schema() {
  const Field action_packages =
      list_without_ids(objects("ActionPackages", {text("DeploymentAction"), text("PackageReference")}));
  const Field custom_fields = list_without_ids(
      objects("CustomFieldDefinitions", {text("FieldName").required().as_name(), text("Description")}));
  return {
      .type = "Channel",
      .collection = "channels",
      .id_prefix = "Channels",
      .parent = "ProjectId",
      // An update may leave out the lists to keep them, and send [] to clear them, as the Terraform provider does.
      .fields = {reference("ProjectId", {"Project"}).required().fixed(), name_field(), slug_field(),
                 description_field(), reference("LifecycleId", {"Lifecycle"}), flag("IsDefault"),
                 choice("Type", {"Lifecycle"}), tags("TenantTags").keeps(),
                 objects("Rules",
                         {action_packages, texts("Actions"), text("VersionRange").nullable(), text("Tag").nullable(),
                          text("VersioningStrategy").nullable(), text("VersionTagRegex").nullable()})
                     .keeps(),
                 texts("GitReferenceRules").keeps(), anything("GitResourceRules", json::array()).keeps(),
                 custom_fields.keeps().at_most(10)},
      .nestings = {{"Project", "ProjectId", "channels", Nesting::Shape::collection}},
      .filters = {{"projectId", "ProjectId"}},
      .links = {{"Project", "/api/<space>/projects/<parent>"},
                {"Projects", "/api/<space>/projects/<parent>"},
                {"Releases",
                 "/api/<space>/projects/<parent>/channels/<id>/releases{/version}{?skip,take,searchByVersion}"}},
      .link_name = "Channels",
      .permissions = {"ProcessView", "ProcessEdit", "ProcessEdit", "ProcessEdit"},
      .hook = channel_hook,
  };
}

}  // namespace slipway::model
