#include "api/delivery/delivery_call.h"

#include <fmt/format.h>

#include <set>
#include "api/http/shape.h"

#include "base/error.h"
#include "base/text.h"
#include "model/ids.h"
#include "model/resources/spaces/space.h"
#include "storage/document_lookup.h"

namespace slipway::api {

commands::CommandContext command_context(Call& call) {
  Services& services = call.services;
  return {call.write_context(), services.database, services.feed_types,
          call.calls_out ? std::optional(call.deadline) : std::nullopt};
}

void use_space_of_body(Call& call, storage::Reader& reader) {
  for (const std::string_view member : {"SpaceId", "SpaceIdOrName", "SpaceName"}) {
    const json::value* named = json::find(call.body(), member);
    if (named == nullptr || named->is_null()) continue;
    if (!named->is_string()) fail_invalid(fmt::format("{} must be a text.", member));
    const std::string_view name = json::view(named->get_string());
    if (name.empty()) continue;
    const auto space = model::find_named<model::Space>(storage::DocumentLookup(reader), "", name);
    if (!space) fail_invalid(fmt::format("{}: there is no space named '{}'.", member, name));
    if (call.has_space && space->Id != call.space) {
      fail_invalid(fmt::format("{} names the space {}, but the address names {}: let both name one space.", member,
                               space->Id, call.space));
    }
    call.space = space->Id;
    call.has_space = true;
  }
}

json::object with_space(json::object shape) {
  for (const std::string_view member : {"SpaceId", "SpaceIdOrName", "SpaceName"}) {
    shape["properties"].as_object().emplace(member, shape::or_null(shape::text()));
  }
  return shape;
}

net::Response answer_once(Call& call, std::string_view name,
                          const std::function<net::Response(storage::Txn&, commands::CommandContext&)>& change) {
  const auto key = idempotency_key(call);
  return call.services.database.write(name, [&](storage::Txn& txn) {
    if (auto kept = kept_answer(call, txn, key)) return std::move(*kept);
    commands::CommandContext context = command_context(call);
    net::Response response = change(txn, context);
    keep_answer(call, txn, key, response);
    return response;
  });
}

storage::ReleaseRecord addressed_release(const Call& call, storage::Reader& reader, const std::string& id) {
  auto release = storage::find_release(reader, id);
  if (!release || release->space != call.space) model::fail_unknown("resource", id);
  return std::move(*release);
}

std::vector<std::string> ids_in(const Call& call, std::string_view parameter) {
  std::vector<std::string> ids = call.query.list(parameter);
  for (std::string& id : ids) id = model::canonical_id(id);
  return ids;
}

std::optional<std::vector<std::string>> ids_of(const Call& call) {
  auto ids = call.query.list("ids");
  return ids.empty() ? std::nullopt : std::optional(std::move(ids));
}

std::vector<std::string> wanted_spaces(const Call& call) {
  auto spaces = ids_in(call, "spaces");
  if (spaces == std::vector<std::string>{"all"}) spaces.clear();
  if (!call.has_space) return spaces;
  const bool is_asked_for = spaces.empty() || std::find(spaces.begin(), spaces.end(), call.space) != spaces.end();
  return {is_asked_for ? call.space : "none"};
}

std::optional<bool> flag_of(const Call& call, std::string_view parameter) {
  const auto text = call.query.find(parameter).value_or("");
  if (equals_ignoring_case(text, "true")) return true;
  if (equals_ignoring_case(text, "false")) return false;
  return std::nullopt;
}

std::vector<storage::TaskState> states_in(const Call& call, std::string_view parameter) {
  std::set<storage::TaskState> states;
  for (const std::string& name : call.query.list(parameter)) {
    const auto state = storage::task_state(name);
    if (!state) {
      fail_invalid(fmt::format("{} must be of {}; '{}' is none of them.", parameter,
                               fmt::join(storage::task_state_names(), ", "), name));
    }
    states.insert(*state);
  }
  return {states.begin(), states.end()};
}

}  // namespace slipway::api
