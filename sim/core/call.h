// What the operation tables of the simulated services share: a call, its refusal, and reading its input.
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/random.h"
#include "sim/ecs/fleet.h"
#include "sim/ecs/world.h"

namespace slipway::sim {

/// A refusal in AWS's terms.
class AwsError : public std::exception {
 public:
  AwsError(std::string code, std::string message, int status = 400)
      : code_(std::move(code)), message_(std::move(message)), status_(status) {}
  const std::string& code() const { return code_; }
  const std::string& message() const { return message_; }
  int status() const { return status_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string code_;
  std::string message_;
  int status_;
};

/// One authenticated call of a JSON service. Handlers that read look at `view`, which may lag behind; handlers that
/// write change `region`.
struct Call {
  World& world;
  Fleet& fleet;
  Random& random;
  const Identity& caller;
  Region& region;
  const Region& view;
  const json::object& input;
  Time now;
  int deployments_started = 0;  ///< set by the handler, for the call counts
};

/// One line of an operation table.
struct Operation {
  std::string_view name;
  json::object (*run)(Call&);
};
/// Null pointer when the table has none of that name.
const Operation* find_operation(const std::vector<Operation>&, std::string_view name);

/// Timestamps of the JSON protocol: seconds since 1970 with milliseconds as fraction.
json::value timestamp(Time);
void set_timestamp(json::object&, std::string_view name, const std::optional<Time>&);

// Members of the input. `required_*` throw InvalidParameterException naming the member.
std::string text_or(const json::object& input, std::string_view name, std::string_view fallback = "");
std::string required_text(const json::object& input, std::string_view name);
std::vector<std::string> texts(const json::object& input, std::string_view name);
/// As texts(), between 1 and `most` of them.
std::vector<std::string> required_texts(const json::object& input, std::string_view name, std::size_t most);

/// The page of `items` that nextToken and maxResults ask for, as `{ <name>: [...], nextToken? }`.
json::object page(std::string_view name, const std::vector<json::value>& items, const json::object& input,
                  std::size_t default_size, std::size_t largest_size);

}  // namespace slipway::sim
