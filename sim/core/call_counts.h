// What was called, and what it made: the evidence that a release registered one revision and started one rollout.
#pragma once

#include <map>
#include <string>

#include "base/json.h"

namespace slipway::sim {

class CallCounts {
 public:
  void succeeded(const std::string& account, const std::string& operation) { ++of(account, operation).succeeded; }
  void failed(const std::string& account, const std::string& operation, const std::string& code) {
    ++of(account, operation).errors[code];
  }
  void lost(const std::string& account, const std::string& operation) { ++of(account, operation).lost; }
  void revision_registered(const std::string& account, const std::string& family) {
    ++accounts_[account].revisions[family];
  }
  void deployments_started(const std::string& account, const std::string& service, int count) {
    accounts_[account].deployments[service] += count;
  }

  /// `{ "<account>": { "operations": { "ecs:UpdateService": { "succeeded", "lost", "errors": {code: n} } },
  ///   "revisionsRegistered": { family: n }, "deploymentsStarted": { service ARN: n } } }`
  json::object show() const;

 private:
  struct Tally {
    int succeeded = 0;  ///< with those whose reply was lost
    int lost = 0;       ///< requests and replies that a fault swallowed
    std::map<std::string, int> errors;
  };
  struct Account {
    std::map<std::string, Tally> operations;
    std::map<std::string, int> revisions;
    std::map<std::string, int> deployments;
  };
  Tally& of(const std::string& account, const std::string& operation) {
    return accounts_[account].operations[operation];
  }

  std::map<std::string, Account> accounts_;
};

}  // namespace slipway::sim
