#include "sim/core/call_counts.h"

namespace slipway::sim {
namespace {

json::object show(const std::map<std::string, int>& counts) {
  json::object out;
  for (const auto& [name, count] : counts) out[name] = count;
  return out;
}

}  // namespace

json::object CallCounts::show() const {
  json::object out;
  for (const auto& [id, account] : accounts_) {
    json::object operations;
    for (const auto& [name, tally] : account.operations) {
      operations[name] = {{"succeeded", tally.succeeded}, {"lost", tally.lost}, {"errors", sim::show(tally.errors)}};
    }
    out[id] = {{"operations", std::move(operations)},
               {"revisionsRegistered", sim::show(account.revisions)},
               {"deploymentsStarted", sim::show(account.deployments)}};
  }
  return out;
}

}  // namespace slipway::sim
