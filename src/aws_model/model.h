// AWS's own description of what its operations take, generated from the service models that botocore ships
// (tools/aws_model.py): each member's place, kind and values. Immutable; threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::aws {

enum class Kind { text, number, decimal, flag, list, structure, map };
/// "a text", "a whole number", "true or false", "a list" …
std::string_view described(Kind);

struct Shape;

struct Member {
  std::string name;
  const Shape* shape = nullptr;
  bool required = false;
};

struct Shape {
  std::string name;
  Kind kind = Kind::text;
  std::vector<Member> members;      ///< of a structure, in AWS's order
  const Shape* item = nullptr;      ///< of a list and of a map
  std::vector<std::string> values;  ///< that a text may have; empty: any
  /// Of a number, of a text's length and of a list's.
  std::optional<double> least, most;

  /// By its exact name: AWS's names are case-sensitive.
  const Member* find(std::string_view member) const;
};

/// What an operation takes, by signing name ("ecs"). Null pointer for what the model has not.
const Shape* input_of(std::string_view service, std::string_view operation);

/// All regions of all partitions, in order of name. AWS opens new ones: one that is not here is only probably wrong.
const std::vector<std::string>& regions();

/// Of botocore, that the model was taken from.
std::string_view model_version();

}  // namespace slipway::aws
