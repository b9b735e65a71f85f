// Every statement that the stores run, in one list: the tests prepare each on a real PostgreSQL.
//
// A store keeps its statements as the members of one struct, so that none can be left out of its list:
//
//   struct Sql { Query find, insert; };
//   constexpr Sql kSql{.find = {"find_lock", "SELECT …"}, .insert = {…}};
#pragma once

#include <array>
#include <bit>
#include <vector>

#include "storage/database.h"

namespace slipway::storage {

/// The members of a struct that holds nothing but Query.
template <class Sql>
std::vector<Query> members_of(const Sql& sql) {
  static_assert(sizeof(Sql) % sizeof(Query) == 0);
  const auto members = std::bit_cast<std::array<Query, sizeof(Sql) / sizeof(Query)>>(sql);
  return {members.begin(), members.end()};
}

std::vector<Query> api_key_queries();
std::vector<Query> change_queries();
std::vector<Query> content_queries();
std::vector<Query> deployment_queries();
std::vector<Query> erasure_queries();
std::vector<Query> event_queries();
std::vector<Query> generation_queries();
std::vector<Query> health_queries();
std::vector<Query> id_queries();
std::vector<Query> idempotency_queries();
std::vector<Query> journal_queries();
std::vector<Query> lifted_queries();
std::vector<Query> node_queries();
std::vector<Query> queue_hold_queries();
std::vector<Query> release_queries();
std::vector<Query> resource_queries();
std::vector<Query> secret_queries();
std::vector<Query> suspect_queries();
std::vector<Query> tally_queries();
std::vector<Query> task_log_queries();
std::vector<Query> task_queries();
std::vector<Query> wrapped_hash_queries();

/// All of the above.
std::vector<Query> all_queries();

}  // namespace slipway::storage
