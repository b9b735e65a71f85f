#include "api/people/space_and_user_cache.h"

#include "base/text.h"
#include "model/resources/people/team.h"
#include "model/resources/people/user.h"
#include "model/resources/spaces/space.h"
#include "storage/document_lookup.h"
#include "storage/generations.h"

namespace slipway::api {
namespace {

SpacesAndUsers load(storage::Reader& reader) {
  const storage::DocumentLookup lookup(reader);
  SpacesAndUsers state;
  for (const model::Space& space : model::list<model::Space>(lookup, "")) {
    for (const std::string& key : {fold_name(space.Name), space.Slug, fold_name(space.Id)}) {
      if (!key.empty()) state.spaces.insert_or_assign(key, space.Id);
    }
    if (space.IsDefault) state.default_space = space.Id;
  }
  for (const model::User& user : model::list<model::User>(lookup, "")) {
    if (!user.IsActive) continue;
    state.users.emplace(user.Id, Principal{user.Id, user.Username, user.DisplayName, user.EmailAddress, {}, false});
  }
  for (const model::Team& team : model::list<model::Team>(lookup, "")) {
    for (const std::string& member : team.MemberUserIds) {
      const auto user = state.users.find(member);
      if (user == state.users.end()) continue;
      user->second.teams.push_back(team.Id);
      user->second.is_administrator |= team.Id == model::kAdministratorsTeam;
    }
  }
  return state;
}

}  // namespace

std::optional<std::string> SpacesAndUsers::find_space(std::string_view id_slug_or_name) const {
  const auto found = spaces.find(fold_name(id_slug_or_name));
  return found == spaces.end() ? std::nullopt : std::optional(found->second);
}

std::shared_ptr<const SpacesAndUsers> SpaceAndUserCache::at(storage::Reader& reader) {
  const std::int64_t generation =
      storage::generation_of(reader, {model::Space::type, model::User::type, model::Team::type});
  {
    const auto newest = newest_.lock();
    if (newest->state != nullptr && newest->generation == generation) return newest->state;
  }
  auto state = std::make_shared<const SpacesAndUsers>(load(reader));
  const auto newest = newest_.lock();
  if (newest->state == nullptr || newest->generation < generation) *newest = {state, generation};
  return state;
}

}  // namespace slipway::api
