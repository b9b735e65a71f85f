#include "storage/queries.h"

namespace slipway::storage {

std::vector<Query> all_queries() {
  std::vector<Query> all;
  for (const auto& of_store :
       {api_key_queries,    change_queries,     content_queries, deployment_queries,  erasure_queries, event_queries,
        generation_queries, health_queries,     id_queries,      idempotency_queries, journal_queries, lifted_queries,
        node_queries,       queue_hold_queries, release_queries, resource_queries,    secret_queries,  suspect_queries,
        tally_queries,      task_log_queries,   task_queries,    wrapped_hash_queries}) {
    for (const Query& query : of_store()) all.push_back(query);
  }
  return all;
}

}  // namespace slipway::storage
