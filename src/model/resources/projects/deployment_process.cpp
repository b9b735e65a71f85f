#include "model/resources/projects/deployment_process.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/text.h"
#include "model/aws_region.h"
#include "model/step_check.h"

namespace slipway::model {

std::optional<std::string> package_named_twice(const json::object& action) {
  std::set<std::string> names;
  const json::array* packages = json::array_at(action, "Packages");
  for (std::size_t i = 0; packages != nullptr && i < packages->size(); ++i) {
    const std::string_view name = json::text_at((*packages)[i].as_object(), "Name").value_or("");
    if (!names.insert(fold_name(name)).second) return std::string(name);
  }
  return std::nullopt;
}

namespace {

/// Gives out names once, ignoring case; what is taken is a problem.
class UniqueNames {
 public:
  UniqueNames(std::string_view path, std::string_view what, Problems& problems)
      : path_(path), what_(what), problems_(problems) {}

  void add(const json::object& item) {
    const std::string_view name = json::text_at(item, "Name").value_or("");
    if (!names_.insert(fold_name(name)).second) {
      problems_.add(
          fmt::format("{}: two {}s are named '{}'; each needs a name of its own in the process.", path_, what_, name));
    }
  }

 private:
  std::string_view path_, what_;
  Problems& problems_;
  std::set<std::string> names_;
};

/// Keeps the slugs that were sent and makes the missing ones of the names, unique in the process.
class Slugs {
 public:
  void reserve(const json::object& item) { used_.insert(std::string(json::text_at(item, "Slug").value_or(""))); }

  void complete(json::object& item) {
    if (!json::text_at(item, "Slug").value_or("").empty()) return;
    const std::string wanted = make_slug(json::text_at(item, "Name").value_or(""));
    std::string slug = wanted;
    int& last = last_numbers_[wanted];  // so that many equal names take no more time each
    while (!used_.insert(slug).second) slug = fmt::format("{}-{}", wanted, last = std::max(last, 1) + 1);
    item["Slug"] = slug;
  }

 private:
  std::set<std::string> used_;
  std::map<std::string, int> last_numbers_;
};

template <class F>
void for_each_item(json::object& owner, std::string_view list, F f) {
  json::value* items = owner.if_contains(list);
  if (items == nullptr || !items->is_array()) return;
  for (json::value& item : items->get_array()) f(item.as_object());
}

void complete_steps(json::object& process) {
  Slugs steps, actions;
  for_each_item(process, "Steps", [&](json::object& step) {
    steps.reserve(step);
    for_each_item(step, "Actions", [&](json::object& action) { actions.reserve(action); });
  });
  for_each_item(process, "Steps", [&](json::object& step) {
    steps.complete(step);
    for_each_item(step, "Actions", [&](json::object& action) { actions.complete(action); });
  });
  json::array& all = process["Steps"].as_array();
  if (!all.empty()) all.front().as_object()["StartTrigger"] = "StartAfterPrevious";
}

void check_steps(json::object& process, Problems& problems) {
  UniqueNames steps("Steps", "step", problems), actions("Steps.Actions", "action", problems);
  for_each_item(process, "Steps", [&](json::object& step) {
    steps.add(step);
    for_each_item(step, "Actions", [&](json::object& action) { actions.add(action); });
  });
}

/// Versions are chosen by the names of package references: of two with one name, which one is meant would be chance.
/// What was stored before may stay so.
void check_packages(const json::object* before, json::object& process, Problems& problems) {
  std::set<std::string, std::less<>> known;
  if (before != nullptr) {
    json::object stored = *before;
    for_each_item(stored, "Steps", [&](json::object& step) {
      for_each_item(step, "Actions", [&](json::object& action) {
        if (package_named_twice(action)) known.emplace(json::text_at(action, "Id").value_or(""));
      });
    });
  }
  for_each_item(process, "Steps", [&](json::object& step) {
    for_each_item(step, "Actions", [&](json::object& action) {
      const auto twice = package_named_twice(action);
      if (!twice || known.contains(json::text_at(action, "Id").value_or(""))) return;
      problems.add(
          fmt::format("Packages: two package references of the action '{}' are {}; each needs a name of its "
                      "own in the action.",
                      json::text_at(action, "Name").value_or(""),
                      twice->empty() ? "without a name" : fmt::format("named '{}'", *twice)));
    });
  });
}

/// A property in the server's own namespaces that it does not read would be without effect.
void check_properties(const StepDeclarations& steps, const json::object& owner, const std::string& path,
                      Problems& problems) {
  const json::object* properties = json::object_at(owner, "Properties");
  if (properties == nullptr) return;
  const auto action_type = json::text_at(owner, "ActionType");
  for (const auto& [name, value] : *properties) {
    const auto why = action_type ? why_unknown_property(steps, *action_type, name) : why_misplaced_property(name);
    if (why) problems.add(fmt::format("{}.Properties: {}", path, *why));
  }
}

void check_all_properties(const StepDeclarations& steps, json::object& process, Problems& problems) {
  std::size_t s = 0;
  for_each_item(process, "Steps", [&](json::object& step) {
    const std::string step_path = fmt::format("Steps[{}]", s++);
    check_properties(steps, step, step_path, problems);
    std::size_t a = 0;
    for_each_item(step, "Actions", [&](json::object& action) {
      const std::string path = fmt::format("{}.Actions[{}]", step_path, a++);
      if (const auto why = why_unknown_type(steps, json::text_at(action, "ActionType").value_or(""))) {
        problems.add(fmt::format("{}.ActionType: {}", path, *why));
      }
      check_properties(steps, action, path, problems);
    });
  });
}

Changes process_hook(const StepDeclarations& declared, const Edit& edit, Problems& problems) {
  if (edit.is_deletion()) return {};
  check_steps(*edit.after, problems);
  if (!edit.user.empty()) check_packages(edit.before, *edit.after, problems);
  check_all_properties(declared, *edit.after, problems);
  complete_steps(*edit.after);
  return {};
}

/// Scopes of actions outlive what they name: a scope that names nothing any more matches nothing, which is safer than
/// one that silently widens.
Field action_scope(std::string name, std::string type) {
  return references(std::move(name), {std::move(type)}).outlives_target();
}

/// May hold an expression. A feed may come later (the Go client's own tests save such a process), so it is asked for
/// when a release is made.
Field feed() { return reference("FeedId", {"Feed"}).warned(); }

}  // namespace

Field packages_field(const Field& feed) {
  return objects("Packages",
                 {text("Name").as_name(), text("PackageId"), feed.otherwise(""),
                  text("AcquisitionLocation").otherwise("Server"), text("Version").omitted_when_null(),
                  text("StepPackageInputsReferenceId").omitted_when_null().keeps(), text_map("Properties")});
}

namespace {

Field actions() {
  return objects("Actions",
                 {name_field(), text("Slug"), text("ActionType").required(), text("Notes").nullable(),
                  flag("IsDisabled"), flag("IsRequired"), flag("CanBeUsedForProjectVersioning"),
                  reference("WorkerPoolId", {"WorkerPool"}).warned(), text("WorkerPoolVariable").nullable(),
                  object("Container", {text("Image").nullable(), feed(), text("GitUrl").omitted_when_null(),
                                       text("Dockerfile").omitted_when_null()}),
                  action_scope("Environments", "Environment"), action_scope("ExcludedEnvironments", "Environment"),
                  action_scope("Channels", "Channel"), tags("TenantTags"), packages_field(feed()),
                  anything("GitDependencies", json::array()), choice("Condition", {"Success", "Variable"}),
                  properties(), text("StepPackageVersion").omitted_when_null().keeps(),
                  text("LastSavedStepPackageVersion").omitted_when_null().keeps(),
                  // Some clients don't know Inputs and would erase them by reading and writing a process.
                  anything("Inputs").omitted_when_null().keeps()});
}

/// Collects the sentences about what a process lacks.
class Warnings {
 public:
  Warnings(const json::object& process, const Lookup& lookup)
      : space_(json::text_at(process, "SpaceId").value_or("")), lookup_(lookup) {}

  void check(std::string_view action, std::string_view member, std::string_view type, const json::object& owner) {
    const std::string_view id = json::text_at(owner, "Feed" == type ? "FeedId" : "WorkerPoolId").value_or("");
    if (id.empty() || id.find("#{") != std::string_view::npos) return;
    const std::string& fault = fault_of(type, id);
    if (!fault.empty()) {
      sentences_.emplace_back(fmt::format("Step '{}': {} '{}' {}.", action, member, id, fault));
    }
  }
  /// A run condition that is an expression needs one (PRC-6). It may be on its way: some clients send properties later.
  void check_condition(std::string_view what, const json::object& owner, std::string_view property) {
    if (json::text_at(owner, "Condition").value_or("") != "Variable") return;
    const json::object* properties = json::object_at(owner, "Properties");
    if (properties != nullptr && !trim(json::text_at(*properties, property).value_or("")).empty()) return;
    sentences_.emplace_back(
        fmt::format("{} '{}': its Condition is Variable, and there is no expression; it fails when it is due. Set the "
                    "property {}, or choose another Condition.",
                    what, json::text_at(owner, "Name").value_or(""), property));
  }
  void check_inputs(std::string_view action, const StepDeclarations& steps, const json::object& owner) {
    for (const std::string& why : action_warnings(steps, owner)) {
      sentences_.emplace_back(fmt::format("Step '{}': {}", action, why));
    }
  }
  json::array take() { return std::move(sentences_); }

 private:
  /// "" where the id names a document of the type.
  const std::string& fault_of(std::string_view type, std::string_view id) {
    const auto known = faults_.find(id);
    if (known != faults_.end()) return known->second;
    const std::string_view what = type == "Feed" ? "feed" : "worker pool";
    const auto found = lookup_.find_named(type, space_, id);
    const std::string_view found_id = found ? json::text_at(*found, "Id").value_or("") : "";
    std::string fault;
    if (!found) fault = fmt::format("is no {} of this space", what);
    if (found && found_id != id) fault = fmt::format("is the name of a {}; give its id, {}", what, found_id);
    if (!fault.empty() && type == "Feed") fault += "; releases are refused until it is one";
    return faults_.emplace(id, std::move(fault)).first->second;
  }

  std::string_view space_;
  const Lookup& lookup_;
  std::map<std::string, std::string, std::less<>> faults_;
  json::array sentences_;
};

/// What the process needs and is not there, told with the document as long as that is so.
json::object present(const StepDeclarations& declared, json::object process, const Lookup& lookup) {
  Warnings warnings(process, lookup);
  for_each_item(process, "Steps", [&](json::object& step) {
    warnings.check_condition("Step", step, kStepCondition);
    for_each_item(step, "Actions", [&](json::object& action) {
      warnings.check_condition("Action", action, kActionCondition);
      const std::string name(json::text_at(action, "Name").value_or(""));
      for_each_item(action, "Packages",
                    [&](json::object& package) { warnings.check(name, "FeedId", "Feed", package); });
      if (const auto* container = json::object_at(action, "Container")) {
        warnings.check(name, "Container.FeedId", "Feed", *container);
      }
      warnings.check(name, "WorkerPoolId", "WorkerPool", action);
      warnings.check_inputs(name, declared, action);
    });
  });
  json::array sentences = warnings.take();
  if (!sentences.empty()) process["Warnings"] = std::move(sentences);
  return process;
}

}  // namespace

Schema deployment_process_schema(const std::shared_ptr<const StepDeclarations>& steps) {
  return {
      .type = "DeploymentProcess",
      .collection = "deploymentprocesses",
      .id_form = "deploymentprocess-<ProjectId>",
      .parent = "ProjectId",
      .fields = {reference("ProjectId", {"Project"}).required().fixed(), text("LastSnapshotId").nullable().server_set(),
                 warnings_field(),
                 objects("Steps",
                         {name_field(), text("Slug"),
                          choice("PackageRequirement",
                                 {"LetOctopusDecide", "BeforePackageAcquisition", "AfterPackageAcquisition"}),
                          choice("Condition", {"Success", "Failure", "Always", "Variable"}),
                          choice("StartTrigger", {"StartAfterPrevious", "StartWithPrevious"}), properties(), actions()})
                     .at_most(1000)},
      .is_versioned = true,
      .name_member = "",
      .verbs = {.create = false, .remove = false},
      .nestings = {{"Project", "ProjectId", "deploymentprocesses", Nesting::Shape::single}},
      .present = [steps](json::object stored,
                         const Lookup& lookup) { return present(*steps, std::move(stored), lookup); },
      .links = {{"Project", "/api/<space>/projects/<parent>"}, {"Template", "<self>/template{?channel,releaseId}"}},
      .list_template = "{?skip,take,ids}",
      .link_name = "DeploymentProcesses",
      .permissions = {"ProcessView", "ProcessEdit", "ProcessEdit", "ProcessEdit"},
      .hook = [steps](const Edit& edit, const Lookup&,
                      Problems& problems) { return process_hook(*steps, edit, problems); },
  };
}

}  // namespace slipway::model
