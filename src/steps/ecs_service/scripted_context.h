// For tests of the step without an engine.
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "steps/step.h"

namespace slipway::steps {

/// A context that journals nothing: everything is done as it comes, and waits end as the script says.
class ScriptedContext : public StepContext {
 public:
  struct Wait {
    AwaitState state = AwaitState::timed_out;
    json::value value;
  };

  ScriptedContext() {
    spec.name = "Deploy web";
    spec.properties = {{"Octopus.Action.Aws.Region", "eu-west-1"},
                       {"Octopus.Action.AwsAccount.Variable", "Account"},
                       {"Slipway.Ecs.Cluster", "prod"},
                       {"Slipway.Ecs.Service", "web"},
                       {"Slipway.Ecs.TaskFamily", "web"},
                       {"Slipway.Ecs.Containers", R"([{"name":"web","package":"web","logConfiguration":{"logDriver":
                         "awslogs","options":{"awslogs-group":"/ecs/web","awslogs-stream-prefix":"web",
                         "awslogs-region":"eu-west-1"}}}])"},
                       {"Slipway.Ecs.TimeoutSeconds", "60"}};
    spec.packages = {{"web", "111111111111.dkr.ecr.eu-west-1.amazonaws.com/shop/web:2.0.0", "2.0.0",
                      "sha256:2222222222222222222222222222222222222222222222222222222222222222"}};
  }
  const ActionSpec& action() const override { return spec; }
  std::string evaluate(std::string_view text) const override {
    std::string out;
    for (std::size_t at = text.find("#{"); at != std::string_view::npos; at = text.find("#{")) {
      const auto end = text.find('}', at);
      const auto value = variables.find(text.substr(at + 2, end - at - 2));
      if (value == variables.end()) fail_invalid("the variable has no value.");
      out.append(text.substr(0, at)).append(value->second);
      text.remove_prefix(end + 1);
    }
    return out.append(text);
  }
  std::optional<std::string> variable(std::string_view name) const override {
    if (name == "Octopus.Release.Number") return "2.0.0";
    return name.starts_with("Account.") ? std::optional<std::string>("key") : std::nullopt;
  }
  std::string secret_property(std::string_view name) const override { return secrets.at(std::string(name)); }
  bool holds_secret(std::string_view text) const override { return text.find("hunter2") != std::string_view::npos; }
  std::string token() const override { return "server-ServerTasks-7-1-1"; }
  Time time() const override { return from_micros(0) + std::chrono::hours(1); }
  void log(LineKind, std::string text) override { lines.push_back(std::move(text)); }
  void output(std::string, std::string) override {}
  AwaitState lock(std::string_view key, std::string_view) override {
    locks.emplace_back(key);
    return AwaitState::value;
  }

  ActionSpec spec;
  std::map<std::string, std::string, std::less<>> variables;  ///< that `evaluate` knows
  std::map<std::string, std::string> secrets;                 ///< of properties that are stored as such
  std::map<std::string, Wait, std::less<>> waits;
  std::map<std::string, json::value> results;  ///< of effects
  std::vector<std::string> lines, locks;

 protected:
  json::value observe_json(std::string_view, const std::function<json::value()>& read) override { return read(); }
  json::value effect_json(std::string_view name, const JsonEffect& effect) override {
    return results[std::string(name)] = effect.act();
  }
  JsonAwaited await_json(std::string_view name, std::shared_ptr<const Watch>, Duration) override {
    const auto wait = waits.find(name);
    REQUIRE(wait != waits.end());
    return {wait->second.state, wait->second.value};
  }
};

}  // namespace slipway::steps
