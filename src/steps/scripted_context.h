// For tests of a step without an engine.
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "steps/step.h"

namespace slipway::steps {

/// A context that journals nothing: everything is done as it comes, answers are lost and waits end as the script says.
class ScriptedContext : public StepContext {
 public:
  struct Wait {
    AwaitState state = AwaitState::timed_out;
    json::value value;
  };

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
  void output(std::string name, std::string value) override { outputs[std::move(name)] = std::move(value); }
  AwaitState lock(std::string_view key, std::string_view) override {
    locks.emplace_back(key);
    return AwaitState::value;
  }

  ActionSpec spec;
  std::map<std::string, std::string, std::less<>> variables;  ///< that `evaluate` knows
  std::map<std::string, std::string> secrets;                 ///< of properties that are stored as such
  std::map<std::string, Wait, std::less<>> waits;
  std::set<std::string, std::less<>> lost_answers;  ///< of these effects: each is made, and then looked for
  std::map<std::string, json::value> results;       ///< of effects
  std::map<std::string, std::string> outputs;
  std::vector<std::string> lines, locks;

 protected:
  json::value observe_json(std::string_view, const std::function<json::value()>& read) override { return read(); }
  json::value effect_json(std::string_view name, const JsonEffect& effect) override {
    json::value result = effect.act();
    if (lost_answers.contains(name)) {
      REQUIRE(effect.find);
      auto found = effect.find();
      REQUIRE(found);
      result = std::move(*found);
    }
    return results[std::string(name)] = std::move(result);
  }
  JsonAwaited await_json(std::string_view name, std::shared_ptr<const Watch>, Duration) override {
    const auto wait = waits.find(name);
    REQUIRE(wait != waits.end());
    return {wait->second.state, wait->second.value};
  }
};

}  // namespace slipway::steps
