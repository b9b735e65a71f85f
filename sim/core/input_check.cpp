#include "sim/core/input_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "aws_model/model.h"
#include "base/text.h"
#include "sim/core/call.h"

namespace slipway::sim {
namespace {

using aws::Kind;
using aws::Member;
using aws::Shape;

class InputReader {
 public:
  /// `refusal` is the code for values that have the right kind but can't be meant.
  explicit InputReader(std::string refusal) : refusal_(std::move(refusal)) {}

  json::value read(const json::value& value, const Shape& shape, const std::string& path) const {
    switch (shape.kind) {
      case Kind::structure:
        if (!value.is_object()) mismatch(shape, path);
        return structure(value.get_object(), shape, path);
      case Kind::list:
        if (!value.is_array()) mismatch(shape, path);
        return list(value.get_array(), shape, path);
      case Kind::map:
        if (!value.is_object()) mismatch(shape, path);
        return map(value.get_object(), shape, path);
      case Kind::text:
        if (!value.is_string()) mismatch(shape, path);
        check_text(json::view(value.get_string()), shape, path);
        return value;
      case Kind::flag:
        if (!value.is_bool()) mismatch(shape, path);
        return value;
      case Kind::number:
        if (!value.is_int64() && !value.is_uint64()) mismatch(shape, path);
        check_range(value.to_number<double>(), shape, path, "");
        return value;
      case Kind::decimal:
        if (!value.is_number()) mismatch(shape, path);
        check_range(value.to_number<double>(), shape, path, "");
        return value;
    }
    return value;
  }

 private:
  [[noreturn]] static void mismatch(const Shape& shape, const std::string& path) {
    throw AwsError("SerializationException", fmt::format("{} must be {}.", path, described(shape.kind)));
  }

  [[noreturn]] void refuse(std::string message) const { throw AwsError(refusal_, std::move(message)); }

  void check_range(double number, const Shape& shape, const std::string& path, std::string_view of) const {
    if (shape.least && number < *shape.least) refuse(fmt::format("{}{} must be at least {}.", of, path, *shape.least));
    if (shape.most && number > *shape.most) refuse(fmt::format("{}{} must be at most {}.", of, path, *shape.most));
  }

  void check_text(std::string_view text, const Shape& shape, const std::string& path) const {
    check_range(static_cast<double>(text.size()), shape, path, "The length of ");
    if (shape.values.empty() || std::find(shape.values.begin(), shape.values.end(), text) != shape.values.end()) return;
    refuse(fmt::format("{} has an invalid value: '{}'.", path, text));
  }

  json::value list(const json::array& items, const Shape& shape, const std::string& path) const {
    check_range(static_cast<double>(items.size()), shape, path, "The length of ");
    json::array out;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const std::string at = fmt::format("{}[{}]", path, i);
      if (items[i].is_null()) refuse(fmt::format("{} must not be null.", at));
      out.push_back(read(items[i], *shape.item, at));
    }
    return out;
  }

  json::value map(const json::object& entries, const Shape& shape, const std::string& path) const {
    json::object out;
    for (const auto& [key, value] : entries) {
      if (!value.is_null())
        out.emplace(key, read(value, *shape.item, fmt::format("{}.{}", path, std::string_view(key))));
    }
    return out;
  }

  json::value structure(const json::object& members, const Shape& shape, const std::string& path) const {
    json::object out;
    for (const auto& [key, value] : members) {
      const std::string_view name = key;
      if (value.is_null()) continue;
      if (const Member* member = shape.find(name)) {
        out.emplace(key,
                    read(value, *member->shape, path.empty() ? std::string(name) : fmt::format("{}.{}", path, name)));
      } else if (!is_in_wrong_case(name, shape)) {
        out.emplace(key, value);
      }
    }
    for (const Member& member : shape.members) {
      if (member.required && !out.contains(member.name)) {
        refuse(fmt::format("{}{}{} should not be null or empty.", path, path.empty() ? "" : ".", member.name));
      }
    }
    return out;
  }

  static bool is_in_wrong_case(std::string_view name, const Shape& shape) {
    return std::any_of(shape.members.begin(), shape.members.end(),
                       [&](const Member& member) { return equals_ignoring_case(member.name, name); });
  }

  std::string refusal_;
};

}  // namespace

json::object checked_input(std::string_view service, std::string_view operation, const json::object& input) {
  const Shape* shape = aws::input_of(service, operation);
  if (shape == nullptr) return input;  // the Query protocol, where all is text
  const InputReader reader(operation == "RegisterTaskDefinition" ? "ClientException" : "InvalidParameterException");
  return std::move(reader.read(input, *shape, "").get_object());
}

}  // namespace slipway::sim
