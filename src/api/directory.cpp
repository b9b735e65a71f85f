#include "api/directory.h"

#include "base/text.h"
#include "model/space.h"
#include "model/team.h"
#include "model/user.h"
#include "storage/document_lookup.h"

namespace slipway::api {
namespace {

bool concerns_directory(const storage::Change& change) {
  if (change.kind != storage::Change::Kind::document) return false;
  return change.type == model::Space::type || change.type == model::User::type || change.type == model::Team::type;
}

DirectoryState load(storage::Reader& reader) {
  const storage::DocumentLookup lookup(reader);
  DirectoryState state;
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
      user->second.is_administrator |= team.Id == model::administrators_team;
    }
  }
  return state;
}

}  // namespace

std::optional<std::string> DirectoryState::find_space(std::string_view id_slug_or_name) const {
  const auto found = spaces.find(fold_name(id_slug_or_name));
  return found == spaces.end() ? std::nullopt : std::optional(found->second);
}

Directory::Directory(storage::Database& database)
    : database_(database), changes_(std::make_shared<std::atomic<std::uint64_t>>(1)) {
  database.subscribe([changes = changes_](const std::vector<storage::Change>& committed) {
    for (const storage::Change& change : committed) {
      if (concerns_directory(change)) ++*changes;
    }
  });
}

std::shared_ptr<const DirectoryState> Directory::current() {
  // Counted before the read begins: whatever is committed later makes the state stale again.
  const std::uint64_t changes = *changes_;
  const std::lock_guard lock(mutex_);
  if (state_ == nullptr || state_changes_ < changes) {
    state_ = std::make_shared<const DirectoryState>(database_.read([](storage::Reader& r) { return load(r); }));
    state_changes_ = changes;
  }
  return state_;
}

}  // namespace slipway::api
