// JSON in and out: read within bounds, asked for members, and written fast.
//
// Parsing is Boost.JSON's, bounded in size and depth. Writing is ours, because Boost.JSON 1.81 serialises at a tenth of
// the speed (docs/decisions.md). Structs described with BOOST_DESCRIBE_STRUCT are written and read by base/describe.h.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::json {

using boost::json::array;
using boost::json::kind;
using boost::json::object;
using boost::json::value;

struct Limits {
  std::size_t max_bytes = 32u << 20;
  std::size_t max_depth = 64;
};

/// Throws Error{invalid} with the byte position when `text` is not one JSON document in valid UTF-8, or over a limit.
value parse(std::string_view text, const Limits& = {});

/// Appends compact JSON. Members keep their order.
void append(std::string& out, const value&);
void append_string(std::string& out, std::string_view text);
std::string to_text(const value&);

/// Member by name: the exact spelling first, then ignoring ASCII case. Null pointer when absent.
const value* find(const object&, std::string_view name);
value* find(object&, std::string_view name);

/// Reads that never throw: the member's value if it is there and of that kind.
std::optional<std::string_view> text_at(const object&, std::string_view name);
std::optional<std::int64_t> integer_at(const object&, std::string_view name);
std::optional<bool> flag_at(const object&, std::string_view name);
const array* array_at(const object&, std::string_view name);
const object* object_at(const object&, std::string_view name);

inline std::string_view view(const boost::json::string& s) { return {s.data(), s.size()}; }
/// A member's key is a view already, and would be viewed in a string that is gone.
std::string_view view(boost::json::string&&) = delete;

}  // namespace slipway::json
