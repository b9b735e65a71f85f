// A list of variable definitions in which sensitive values are only places in the vault. Whoever runs a step fetches
// those that it uses.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "language/scoping/scope.h"
#include "model/resources/infrastructure/account.h"
#include "model/resources/projects/variable_set.h"
#include "model/values.h"

namespace slipway::planning {

/// Where the vault keeps a value.
struct SecretPlace {
  std::string id;
  std::string owner;
  bool operator==(const SecretPlace&) const = default;
};

/// Looks up an account by its id; nullopt for what is no account, or none that may be used here.
using FindAccount = std::function<std::optional<model::Account>(const std::string& id)>;

class DeploymentVariables {
 public:
  /// `find_account` is asked while variables are added only.
  explicit DeploymentVariables(FindAccount find_account = {}) : find_account_(std::move(find_account)) {}

  void add(language::Variable);
  /// `value` is a text, null, or a stored secret of `owner`; the latter leaves the variable without a value.
  void add(language::Variable, const model::Value& value, const std::string& owner);
  /// The same, but where the value is the id of an account, its properties come along as `Name.AccessKey` and
  /// so on (VAR-11).
  void add_typed(language::Variable, const model::Value& value, const std::string& owner);
  /// A variable that nothing overrides.
  void add_system(std::string name, std::string value);
  /// Takes out what is called that, in any case.
  void remove(std::string_view name);

  const std::vector<language::Variable>& all() const { return variables_; }
  /// nullptr for a variable whose value is no secret.
  const SecretPlace* secret_of(const language::Variable&) const;

 private:
  std::optional<model::Account> account_named(const model::Value& id) const;

  FindAccount find_account_;
  std::vector<language::Variable> variables_;
  std::map<std::pair<std::string, std::string>, SecretPlace> secrets_;  // by variable id and name
};

/// A definition without value or scope yet.
language::Variable named_variable(std::string id, std::string name, language::VariableSource, std::string source_name);

/// The scope that a stored variable declares.
language::Scope scope_of(const model::Variable&);

}  // namespace slipway::planning
