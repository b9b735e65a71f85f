// Documents that people write, made into what an AWS operation takes: each value converted to the kind that AWS's model
// gives its place, misspelt members found. Numbers and flags may be written as texts, since they may hold variables.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "aws_model/model.h"
#include "base/error.h"
#include "base/json.h"

namespace slipway::aws {

/// Members of ours that stand beside AWS's in a structure, as they are.
struct OwnMembers {
  std::string_view structure;  ///< by the shape's name
  std::vector<std::string_view> names;
};

struct ConformOptions {
  std::vector<OwnMembers> own;
  /// The document changes another: nulls stay, since they remove something, and required members may be absent.
  bool is_patch = false;
  /// What to show of the value at a path in a problem, already quoted; empty: nothing, since it may hold a secret.
  std::function<std::string(const std::string& path, const json::value&)> show;
};

/// Converts `document` in place. Problems and warnings name the place, `path` being the document's own name:
///   - numbers and flags given as texts become numbers and flags, and the other way round; what can't be converted
///     without loss is a problem;
///   - a list, object or map may be given as a text that holds it as JSON;
///   - nulls are left out;
///   - a member that is nearly one of AWS's is a problem, any other unknown one stays, with a warning;
///   - so does a value that AWS's model doesn't list, unless it differs in case alone.
void conform(json::value& document, const Shape& shape, const std::string& path, const ConformOptions& options,
             Problems& problems, std::vector<std::string>& warnings);

}  // namespace slipway::aws
