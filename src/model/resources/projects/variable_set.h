// Variables of a project or of a library variable set, with their scopes and prompts. Plain values.
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/schema.h"
#include "model/values.h"

namespace slipway::model {

/// Asks for the value when a deployment is created (VAR-7).
struct VariablePrompt {
  std::string Label, Description;
  bool Required = false;
  std::map<std::string, std::string> DisplaySettings;
};
BOOST_DESCRIBE_STRUCT(VariablePrompt, (), (Label, Description, Required, DisplaySettings))

struct Variable {
  std::string Id, Name, Description;
  slipway::model::Value Value;  ///< a text, null, or a secret (owner: the variable set's id)
  std::string Type = "String";
  bool IsSensitive = false;
  std::map<std::string, std::vector<std::string>> Scope;  ///< dimension → ids, names or "Set/Tag"
  std::optional<VariablePrompt> Prompt;
};
BOOST_DESCRIBE_STRUCT(Variable, (), (Id, Name, Description, Value, Type, IsSensitive, Scope, Prompt))

/// The variables of a project or of a library variable set (id "variableset-Projects-1").
struct VariableSet {
  static constexpr std::string_view type = "VariableSet";
  std::string Id, SpaceId, OwnerId;
  std::int64_t Version = 0;
  std::vector<Variable> Variables;
};
BOOST_DESCRIBE_STRUCT(VariableSet, (), (Id, SpaceId, OwnerId, Version, Variables))

Schema variable_set_schema();

}  // namespace slipway::model
