// A property that holds JSON, with its variables replaced.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "steps/input_reader.h"

namespace slipway::steps::ecs {

struct WrittenJson {
  std::string name;   ///< of the property
  json::value value;  ///< a list or an object
  /// What people wrote, by its path, where variables stood in a text: the value there may be a secret.
  std::map<std::string, std::string> templates;
  bool may_hold_secrets_anywhere = false;  ///< variables stood outside of texts

  /// The value at a path, quoted for a message: as it was written, and empty where that can't be told.
  std::string show(const std::string& path, const json::value&) const;
};

/// nullopt when the property is absent or empty, or could not be read, which is then a problem.
///
/// Where the property is JSON as it was written, the variables in its texts and names are replaced one by one: a value
/// with quotes in it can't change what the document says. Otherwise variables stand for parts of the JSON itself, so
/// they are replaced first, and the result is read.
std::optional<WrittenJson> read_json(InputReader&, std::string_view name);

}  // namespace slipway::steps::ecs
