#include "api/resources/action_template_routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "api/http/shape.h"
#include "api/resources/resolve.h"
#include "base/describe.h"
#include "base/error.h"
#include "documents/document_store.h"
#include "model/values.h"
#include "storage/contents.h"

namespace slipway::api {
namespace {

constexpr std::string_view kTemplateProperty = "Octopus.Action.Template.Id";
constexpr std::string_view kVersionProperty = "Octopus.Action.Template.Version";

struct ActionsUpdate {
  std::optional<std::int64_t> Version;  ///< none: the newest
  std::map<std::string, std::vector<std::string>> ActionIdsByProcessId;
  std::map<std::string, std::string> DefaultPropertyValues;  ///< of parameters that an action has no value for
};
BOOST_DESCRIBE_STRUCT(ActionsUpdate, (), (Version, ActionIdsByProcessId, DefaultPropertyValues))

/// What becomes of one action.
struct Outcome {
  std::string Id, Outcome;
  std::vector<std::string> NamesOfNewParametersMissingDefaultValue;
};
BOOST_DESCRIBE_STRUCT(Outcome, (), (Id, Outcome, NamesOfNewParametersMissingDefaultValue))

/// The template as its version says, and how actions are made of it.
class Template {
 public:
  Template(json::object document, const ActionsUpdate& asked) : document_(std::move(document)), asked_(asked) {
    if (!model::secrets_in(document_.at("Properties")).empty()) {
      fail_invalid("The template's properties hold secrets, which can't be copied; change the actions one by one.");
    }
  }

  std::string_view id() const { return json::text_at(document_, "Id").value_or(""); }

  /// Its properties, with the action's own values for its parameters.
  Outcome apply(json::object& action) const {
    Outcome outcome{std::string(json::text_at(action, "Id").value_or("")), "Success", {}};
    const json::object old = action.at("Properties").as_object();
    json::object fresh = document_.at("Properties").as_object();
    for (const json::value& parameter : document_.at("Parameters").as_array()) {
      const std::string name(json::text_at(parameter.as_object(), "Name").value_or(""));
      if (const json::value* kept = json::find(old, name)) {
        fresh[name] = json::value(*kept);
      } else if (const auto text = default_of(name, parameter.as_object())) {
        fresh[name] = is_sensitive(parameter.as_object())
                          ? json::value(json::object{{"HasValue", true}, {"NewValue", *text}})
                          : json::value(*text);
      } else {
        outcome.NamesOfNewParametersMissingDefaultValue.push_back(name);
      }
    }
    if (!outcome.NamesOfNewParametersMissingDefaultValue.empty()) {
      outcome.Outcome = "DefaultParamterValueMissing";  // as clients spell it
      return outcome;
    }
    fresh[kTemplateProperty] = id();
    fresh[kVersionProperty] = std::to_string(json::integer_at(document_, "Version").value_or(0));
    action["Properties"] = std::move(fresh);
    action["ActionType"] = json::value(document_.at("ActionType"));
    return outcome;
  }

 private:
  static bool is_sensitive(const json::object& parameter) {
    const json::object* settings = json::object_at(parameter, "DisplaySettings");
    return settings != nullptr && json::text_at(*settings, "Octopus.ControlType") == "Sensitive";
  }

  std::optional<std::string> default_of(const std::string& name, const json::object& parameter) const {
    const auto given = asked_.DefaultPropertyValues.find(name);
    if (given != asked_.DefaultPropertyValues.end()) return given->second;
    const auto text = json::text_at(parameter, "DefaultValue");
    return text && !text->empty() ? std::optional<std::string>(*text) : std::nullopt;
  }

  json::object document_;
  const ActionsUpdate& asked_;
};

json::object version_of(storage::Reader& reader, const storage::StoredResource& row, const ActionsUpdate& asked) {
  if (!asked.Version) return storage::parse_document(row);
  auto frozen = storage::find_snapshot(reader, row.type, documents::frozen_version_id(row.id, *asked.Version));
  if (!frozen) fail_invalid(fmt::format("Version: {} has no version {}.", row.id, *asked.Version));
  return std::move(*frozen);
}

/// The actions with these ids, all of which must have been made of the template.
std::vector<Outcome> apply_to_process(json::object& process, const Template& made, std::vector<std::string> ids) {
  std::vector<Outcome> outcomes;
  for (json::value& step : process["Steps"].as_array()) {
    for (json::value& item : step.as_object()["Actions"].as_array()) {
      json::object& action = item.as_object();
      const auto id = std::find(ids.begin(), ids.end(), json::text_at(action, "Id").value_or(""));
      if (id == ids.end()) continue;
      if (json::text_at(action.at("Properties").as_object(), kTemplateProperty) != made.id()) {
        fail_invalid(fmt::format("ActionIdsByProcessId: action '{}' was not made of this template.", *id));
      }
      outcomes.push_back(made.apply(action));
      ids.erase(id);
    }
  }
  if (!ids.empty()) fail_invalid(fmt::format("ActionIdsByProcessId: there is no action '{}'.", ids.front()));
  return outcomes;
}

net::Response update_actions(Call& call) {
  const auto asked = json::from_json<ActionsUpdate>(call.body());
  const model::Schema& processes = call.services.catalogue.get("DeploymentProcess");
  return call.services.database.write("update actions", [&](storage::Txn& txn) {
    const auto row = resolve(call, txn, call.services.catalogue.get("ActionTemplate"), call.parameter("id"));
    const Template made(version_of(txn, row, asked), asked);
    documents::DocumentStore store(call.write_context(), txn);
    std::vector<Outcome> all;
    for (const auto& [id, actions] : asked.ActionIdsByProcessId) {
      const auto process = resolve(call, txn, processes, id);
      json::object document = storage::parse_document(process);
      for (Outcome& outcome : apply_to_process(document, made, actions)) all.push_back(std::move(outcome));
      store.update(processes, process, document, model::Sender::server);
    }
    return json_response(200, json::to_json(all));
  });
}

}  // namespace

std::vector<Route> action_template_routes() {
  return {Route{"POST", "actiontemplates/{id}/actionsUpdate", "ProcessEdit",
                "Gives actions that were made of the template what it has in a version; their own values for its "
                "parameters stay.",
                update_actions}
              .takes(shape::of<ActionsUpdate>())
              .answers(shape::list_of(shape::of<Outcome>()))};
}

}  // namespace slipway::api
