#include "planning/variable_list.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace slipway::planning {
namespace {

using Property = std::pair<std::string, model::Value>;

std::array<Property, 5> properties_of(const model::Account& account) {
  return {Property{"AccessKey", account.AccessKey}, Property{"SecretKey", account.SecretKey},
          Property{"Username", account.Username}, Property{"Password", account.Password},
          Property{"Token", account.Token}};
}

}  // namespace

void DeploymentVariables::add(language::Variable variable) { variables_.push_back(std::move(variable)); }

void DeploymentVariables::add(language::Variable variable, const model::Value& value, const std::string& owner) {
  if (const auto secret = model::secret_of(value)) {
    secrets_[{variable.id, variable.name}] = {*secret, owner};
    variable.is_sensitive = true;
    variable.value.reset();
  } else {
    variable.value = model::text_of(value);
  }
  add(std::move(variable));
}

std::optional<model::Account> DeploymentVariables::account_named(const model::Value& id) const {
  const auto text = model::text_of(id);
  const bool may_be_one = find_account_ && text && text->starts_with("Accounts-");
  return may_be_one ? find_account_(*text) : std::nullopt;
}

void DeploymentVariables::add_typed(language::Variable variable, const model::Value& value, const std::string& owner) {
  const auto account = account_named(value);
  if (!account) return add(std::move(variable), value, owner);

  variable.value = account->Id;
  const auto properties = properties_of(*account);
  std::vector<language::ObjectProperty> known;
  for (const auto& [name, stored] : properties) {
    known.push_back({name, model::text_of(stored).value_or(""), model::secret_of(stored).has_value()});
  }
  // What the variable's type does not have is left out by the expansion.
  for (language::Variable& part : language::expand_typed_variable(variable, known)) {
    const auto property = std::find_if(properties.begin(), properties.end(), [&](const Property& candidate) {
      return part.name == variable.name + "." + candidate.first;
    });
    if (property == properties.end()) {
      add(std::move(part));
    } else {
      add(std::move(part), property->second, account->Id);
    }
  }
}

void DeploymentVariables::add_system(std::string name, std::string value) {
  language::Variable variable = named_variable("system", std::move(name), language::VariableSource::system, "");
  variable.value = std::move(value);
  add(std::move(variable));
}

void DeploymentVariables::remove(std::string_view name) {
  std::erase_if(variables_, [&](const language::Variable& each) { return equals_ignoring_case(each.name, name); });
}

const SecretPlace* DeploymentVariables::secret_of(const language::Variable& variable) const {
  const auto found = secrets_.find({variable.id, variable.name});
  return found == secrets_.end() ? nullptr : &found->second;
}

language::Variable named_variable(std::string id, std::string name, language::VariableSource source,
                                  std::string source_name) {
  language::Variable variable;
  variable.id = std::move(id);
  variable.name = std::move(name);
  variable.source = source;
  variable.source_name = std::move(source_name);
  return variable;
}

language::Scope scope_of(const model::Variable& variable) {
  language::Scope scope;
  for (const auto& [dimension, values] : variable.Scope) {
    if (values.empty()) continue;
    if (const auto kind = language::scope_kind_of(dimension)) scope[*kind] = values;
  }
  return scope;
}

}  // namespace slipway::planning
