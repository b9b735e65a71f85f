// Variable templates: what projects and library variable sets ask each tenant for (TEN-11). Plain values and pure
// functions.
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <string>
#include <string_view>

#include "model/schema.h"
#include "model/values.h"

namespace slipway::model {

/// A variable that each tenant fills in (TEN-11); in projects and library variable sets.
struct VariableTemplate {
  std::string Id, Name, Label, HelpText;
  Value DefaultValue;  ///< a text or a secret; "" = none
  std::map<std::string, std::string> DisplaySettings;
};
BOOST_DESCRIBE_STRUCT(VariableTemplate, (), (Id, Name, Label, HelpText, DefaultValue, DisplaySettings))

/// The field of the documents that have some.
Field templates_field(std::string name = "Templates");

/// Two templates of one name would make one variable, and which of them fills it would be chance. Blank names, and what
/// was stored before, pass.
void check_template_names(const json::object* before, const json::object& after, Problems&,
                          std::string_view member = "Templates");

}  // namespace slipway::model
