#include "steps/ecs_service/definition_input.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "aws_model/model.h"
#include "base/nearest.h"
#include "base/text.h"
#include "cloud/conform.h"
#include "cloud/task_definition.h"
#include "steps/ecs_service/declaration.h"
#include "steps/ecs_service/written_json.h"

namespace slipway::steps::ecs {
namespace {

constexpr std::string_view kDefinitionProperty = "Slipway.Ecs.TaskDefinition";
constexpr std::string_view kContainersProperty = "Slipway.Ecs.Containers";
constexpr std::string_view kChangesProperty = "Slipway.Ecs.ContainerChanges";

const aws::Shape& model_of(std::string_view member) {
  return *aws::input_of("ecs", "RegisterTaskDefinition")->find(member)->shape;
}

class DefinitionReader {
 public:
  explicit DefinitionReader(InputReader& read) : read_(read), ctx_(read.context()), problems_(read.problems()) {}

  WantedDefinition read() {
    wanted_.carries_over = read_.flag("Slipway.Ecs.CarryOver");
    const std::size_t before = problems_.list().size();
    read_whole();
    read_list("Slipway.Ecs.Volumes", "volumes");
    read_containers();
    read_changes();
    read_texts();
    read_family();
    warn_of_secrets();
    if (problems_.list().size() == before) {
      check_complete();
      check_packages();
    }
    return std::move(wanted_);
  }

 private:
  /// A property as JSON of the model's kinds; nullopt when there is none, or none that could be read.
  std::optional<json::value> read_document(std::string_view name, const aws::Shape& shape, bool is_patch,
                                           void (*prepare)(DefinitionReader&, json::value&) = nullptr) {
    auto written = read_json(read_, name);
    if (!written) return std::nullopt;
    if (prepare != nullptr) prepare(*this, written->value);
    const aws::ConformOptions options{
        {{"ContainerDefinition", {"package"}}}, is_patch, [&](const std::string& path, const json::value& value) {
          return written->show(path, value);
        }};
    const std::size_t before = problems_.list().size();
    aws::conform(written->value, shape, written->name, options, problems_, wanted_.warnings);
    if (problems_.list().size() != before) return std::nullopt;
    return std::move(written->value);
  }

  /// Null members of the definition itself are not to be carried over; those that AWS sets are nobody's to give.
  static void take_apart(DefinitionReader& reader, json::value& document) {
    json::object* members = document.if_object();
    if (members == nullptr) return;
    if (members->contains("taskDefinition")) {
      reader.problems_.add(
          fmt::format("{} holds an answer of DescribeTaskDefinition: give what stands in its "
                      "taskDefinition.",
                      kDefinitionProperty));
      members->erase("taskDefinition");
    }
    std::vector<std::string> dropped;
    const json::object sendable = aws::registrable(*members);
    for (const auto& [name, value] : *members) {
      if (value.is_null()) reader.wanted_.removed.emplace_back(name);
      if (value.is_null() || (name != "tags" && !sendable.contains(name))) dropped.emplace_back(name);
      if (!value.is_null() && name != "tags" && !sendable.contains(name)) {
        reader.wanted_.warnings.push_back(
            fmt::format("{}.{} is AWS's to set; it is left out.", kDefinitionProperty, std::string_view(name)));
      }
    }
    for (const auto& name : dropped) members->erase(name);
    // The family may be given by its own property, or be the running one's.
    if (!members->contains("family")) (*members)["family"] = "";
    if (!members->contains("containerDefinitions")) (*members)["containerDefinitions"] = json::array();
  }

  void read_whole() {
    auto whole = read_document(kDefinitionProperty, *aws::input_of("ecs", "RegisterTaskDefinition"), false, take_apart);
    if (!whole) return;
    wanted_.members = std::move(whole->get_object());
    if (json::text_at(wanted_.members, "family").value_or("").empty()) wanted_.members.erase("family");
    json::array& containers = wanted_.members["containerDefinitions"].as_array();
    check_containers(containers, fmt::format("{}.containerDefinitions", kDefinitionProperty));
    if (containers.empty()) wanted_.members.erase("containerDefinitions");
    check_tags();
    for (const auto& name : wanted_.removed) {
      if (name == "family" || name == "containerDefinitions") {
        problems_.add(fmt::format("{}.{} can't be removed.", kDefinitionProperty, name));
      }
    }
  }

  void check_tags() {
    const json::array* tags = json::array_at(wanted_.members, "tags");
    for (const auto& tag : tags == nullptr ? json::array{} : *tags) {
      const std::string_view key = json::text_at(tag.as_object(), "key").value_or("");
      if (!key.empty() && !key.starts_with("aws:") && !key.starts_with("slipway:")) continue;
      problems_.add(
          fmt::format("{}.tags: \"{}\" can't be a tag's key; AWS and Slipway set those that begin with aws: and "
                      "slipway: themselves.",
                      kDefinitionProperty, key));
    }
  }

  void read_list(std::string_view property, std::string_view member) {
    if (auto list = read_document(property, model_of(member), false)) wanted_.members[member] = std::move(*list);
  }

  void read_containers() {
    auto list = read_document(kContainersProperty, model_of("containerDefinitions"), false);
    if (!list) return;
    if (list->get_array().empty()) problems_.add(fmt::format("{} has no container.", kContainersProperty));
    check_containers(list->get_array(), std::string(kContainersProperty));
    wanted_.members["containerDefinitions"] = std::move(*list);
  }

  void read_changes() {
    auto list = read_document(kChangesProperty, model_of("containerDefinitions"), true);
    if (!list) return;
    check_each(list->get_array(), std::string(kChangesProperty), false);
    wanted_.container_changes = std::move(list->get_array());
  }

  void read_texts() {
    static constexpr std::pair<std::string_view, std::string_view> texts[] = {
        {"Slipway.Ecs.ExecutionRole", "executionRoleArn"},
        {"Slipway.Ecs.TaskRole", "taskRoleArn"},
        {"Slipway.Ecs.NetworkMode", "networkMode"},
        {"Slipway.Ecs.Cpu", "cpu"},
        {"Slipway.Ecs.Memory", "memory"}};
    for (const auto& [property, member] : texts) {
      if (const auto text = read_.given(property)) give(property, member, json::value(std::string_view(*text)));
    }
    if (const auto compatibilities = read_.given("Slipway.Ecs.Compatibilities")) {
      json::array list;
      for (const auto part : split(*compatibilities, ',')) {
        if (!trim(part).empty()) list.emplace_back(trim(part));
      }
      give("Slipway.Ecs.Compatibilities", "requiresCompatibilities", std::move(list));
    }
  }

  void give(std::string_view property, std::string_view member, json::value value) {
    aws::conform(value, model_of(member), std::string(property), {}, problems_, wanted_.warnings);
    wanted_.members[member] = std::move(value);
  }

  /// By name, "name:revision" or ARN: a new revision of it is registered in any case.
  void read_family() {
    auto family = read_.given("Slipway.Ecs.TaskFamily");
    if (!family) family = json::text_at(wanted_.members, "family");
    wanted_.members.erase("family");
    if (!family) return;
    std::string_view name = *family;
    name.remove_prefix(name.rfind('/') + 1);
    wanted_.family = name.substr(0, name.find(':'));
    if (name.find(':') != std::string_view::npos) {
      wanted_.warnings.push_back(
          fmt::format("Slipway.Ecs.TaskFamily names a revision of {}; only the family counts.", wanted_.family));
    }
  }

  void warn_of_secrets() {
    for (const auto& member : wanted_.members) {
      if (member.key() == "containerDefinitions") {
        warn_of_secrets_in_containers(member.value().as_array());
      } else {
        warn_of_secrets_in(member.value(), std::string(member.key()));
      }
    }
    warn_of_secrets_in_containers(wanted_.container_changes);
  }

  void warn_of_secrets_in_containers(const json::array& containers) {
    for (const json::value& container : containers) {
      const std::string name(json::text_at(container.as_object(), "name").value_or(""));
      for (const auto& member : container.as_object()) {
        const std::string subject = fmt::format("Container {}: ", name);
        const json::array* variables = member.key() == "environment" ? member.value().if_array() : nullptr;
        if (variables == nullptr) {
          warn_of_secrets_in(member.value(), subject + std::string(member.key()));
          continue;
        }
        for (const json::value& variable : *variables) {
          const auto variable_name = json::text_at(variable.as_object(), "name").value_or("");
          warn_of_secrets_in(variable, fmt::format("{}the environment variable {}", subject, variable_name), false);
        }
      }
    }
  }

  /// Wherever a sensitive variable's value stands in what is sent, AWS shows it as it is.
  void warn_of_secrets_in(const json::value& value, const std::string& place, bool tells_path = true) {
    if (value.is_string() && ctx_.holds_secret(json::view(value.get_string()))) {
      wanted_.warnings.push_back(
          fmt::format("{} holds a sensitive variable's value, which the task definition will show as plain text to "
                      "everyone who may read it. Keep it in Secrets Manager or Parameter Store, and name it in "
                      "\"secrets\".",
                      place));
    }
    if (const json::array* items = value.if_array()) {
      for (std::size_t i = 0; i < items->size(); ++i) {
        warn_of_secrets_in((*items)[i], tells_path ? fmt::format("{}[{}]", place, i) : place, tells_path);
      }
    }
    if (const json::object* members = value.if_object()) {
      for (const auto& member : *members) {
        const std::string here = tells_path ? fmt::format("{}.{}", place, std::string_view(member.key())) : place;
        warn_of_secrets_in(member.value(), here, tells_path);
      }
    }
  }

  void check_complete() {
    const bool has_containers = wanted_.members.contains("containerDefinitions");
    if (!has_containers && wanted_.container_changes.empty() && wanted_.members.empty() && wanted_.removed.empty()) {
      problems_.add(declaration().nothing_given);
    } else if (!wanted_.carries_over && !has_containers) {
      problems_.add(fmt::format("Slipway.Ecs.CarryOver is False, so {} or {} must describe the containers.",
                                kContainersProperty, kDefinitionProperty));
    } else if (!wanted_.carries_over && wanted_.family.empty()) {
      problems_.add(
          "Slipway.Ecs.CarryOver is False, so Slipway.Ecs.TaskFamily must name the task definition's family.");
    }
  }

  /// A package that no container takes is rolled out by nobody, whatever the release says. It may also be named by the
  /// system variables of packages, or by its image.
  void check_packages() {
    for (const auto& [name, text] : ctx_.action().properties) {
      if (text.find("#{") != std::string::npos && text.find("Octopus.Action") != std::string::npos) return;
    }
    for (const auto& package : ctx_.action().packages) {
      if (package.name.empty() || used_packages_.contains(package.name)) continue;
      const auto slash = package.image.rfind('/');
      const std::string repository =
          package.image.substr(0, package.image.find(':', std::min(slash, package.image.size())));
      const bool is_named = std::any_of(named_images_.begin(), named_images_.end(), [&](const std::string& image) {
        return !repository.empty() && image.starts_with(repository);
      });
      if (is_named) continue;
      wanted_.warnings.push_back(fmt::format(
          "No container takes the package reference \"{0}\", so its version {1} is not what this step rolls "
          "out. Let a container name it: \"package\": \"{0}\".",
          package.name, package.version));
    }
  }

  void check_containers(json::array& containers, const std::string& path) { check_each(containers, path, true); }

  void check_each(json::array& containers, const std::string& path, bool needs_image) {
    std::set<std::string> names;
    for (std::size_t i = 0; i < containers.size(); ++i) {
      auto& container = containers[i].get_object();
      const std::string at = fmt::format("{}[{}]", path, i);
      const std::string name(json::text_at(container, "name").value_or(""));
      if (name.empty()) {
        problems_.add(fmt::format("{}.name is missing.", at));
      } else if (!names.insert(name).second) {
        problems_.add(fmt::format("{}.name: \"{}\" stands twice; names are unique in a task definition.", at, name));
      }
      check_variables(container, at);
      resolve_image(container, at, name, needs_image);
    }
  }

  void check_variables(const json::object& container, const std::string& path) {
    std::set<std::string> names;
    for (const std::string_view list : {"environment", "secrets"}) {
      const json::array* entries = json::array_at(container, list);
      for (std::size_t i = 0; entries != nullptr && i < entries->size(); ++i) {
        const json::object& entry = (*entries)[i].get_object();
        const std::string name(json::text_at(entry, "name").value_or(""));
        if (name.empty()) {
          problems_.add(fmt::format("{}.{}[{}].name is missing.", path, list, i));
        } else if (!names.insert(name).second) {
          problems_.add(
              fmt::format("{}.{}[{}]: \"{}\" stands twice in environment and secrets; which one counts would be "
                          "chance.",
                          path, list, i, name));
        }
      }
    }
  }

  const PackageUse* package_named(std::string_view name) const {
    for (const auto& package : ctx_.action().packages) {
      if (equals_ignoring_case(package.name, name)) return &package;
    }
    return nullptr;
  }

  /// What the action has, and which of it the name is nearest to.
  std::string package_meant(std::string_view wanted) const {
    std::vector<std::string_view> names;
    for (const auto& package : ctx_.action().packages) names.emplace_back(package.name);
    if (names.empty()) return " It has none.";
    const std::string meant = did_you_mean(wanted, names);
    return meant.empty() ? fmt::format(" It has \"{}\".", fmt::join(names, "\", \"")) : meant;
  }

  /// Replaces `package` by the image that the release froze for that reference: by digest where it is known, since a
  /// tag may be moved (ECR-6).
  void resolve_image(json::object& container, const std::string& path, const std::string& name, bool needs_image) {
    const json::value* reference = container.if_contains("package");
    if (reference == nullptr || reference->is_null()) {
      container.erase("package");
      check_image(container, path, needs_image);
      return;
    }
    const std::string_view wanted = reference->is_string() ? json::view(reference->get_string()) : "";
    const PackageUse* package = reference->is_string() ? package_named(wanted) : nullptr;
    if (package == nullptr) {
      problems_.add(reference->is_string()
                        ? fmt::format("{}.package: this action has no package reference \"{}\".{}", path, wanted,
                                      package_meant(wanted))
                        : fmt::format("{}.package must be the name of a package reference of this action.", path));
      return;
    }
    if (const json::value* image = container.if_contains("image"); image != nullptr && !image->is_null()) {
      problems_.add(
          fmt::format("{} has both \"package\" and \"image\": leave out the one that is not to be rolled out.", path));
      return;
    }
    std::string image = package->image;
    if (image.empty() || image.starts_with('/')) {
      problems_.add(
          fmt::format("{}.package: the package reference \"{}\" gives the image \"{}\", which names no registry: "
                      "its feed must be one of container images.",
                      path, wanted, image));
      return;
    }
    if (!package->digest.empty()) {
      const auto slash = image.rfind('/');
      const auto tag = image.find(':', slash == std::string::npos ? 0 : slash);
      image = image.substr(0, tag) + "@" + package->digest;
      wanted_.digests[name] = package->digest;
    }
    used_packages_.insert(package->name);
    container.erase("package");
    container["image"] = image;
  }

  void check_image(json::object& container, const std::string& path, bool needs_image) {
    const json::value* given = container.if_contains("image");
    if (given == nullptr && !needs_image) return;
    const std::string image(json::text_at(container, "image").value_or(""));
    named_images_.push_back(image);
    if (image.empty()) {
      problems_.add(
          fmt::format("{} needs \"package\", the name of a package reference of this action, or \"image\".", path));
    } else if (image.starts_with('/') || image.find_first_of(" \t\r\n") != std::string::npos) {
      problems_.add(fmt::format("{}.image is no name of an image: it has blanks, or begins with a slash.", path));
    }
  }

  InputReader& read_;
  const StepContext& ctx_;
  Problems& problems_;
  WantedDefinition wanted_;
  std::set<std::string> used_packages_;    ///< by "package" of a container
  std::vector<std::string> named_images_;  ///< by "image" of a container
};

}  // namespace

WantedDefinition read_definition(InputReader& read) { return DefinitionReader(read).read(); }

}  // namespace slipway::steps::ecs
