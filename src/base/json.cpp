#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/json_fault.h"
#include "base/text.h"

namespace slipway::json {
namespace {

void append_number(std::string& out, double number) {
  // JSON has no infinity, but a reader makes one of 1e999.
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
  out.append(buffer, end);
}

/// "line 2, column 5".
std::string place(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, byte);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto last = before.rfind('\n');
  return fmt::format("line {}, column {}", line, before.size() - (last == std::string_view::npos ? 0 : last + 1) + 1);
}

template <class Object>
auto* find_member(Object& members, std::string_view name) {
  if (auto it = members.find(name); it != members.end()) return &it->value();
  for (auto& member : members) {
    if (equals_ignoring_case(member.key(), name)) return &member.value();
  }
  return static_cast<decltype(&members.begin()->value())>(nullptr);
}

}  // namespace

value parse(std::string_view text, const Limits& limits) {
  if (text.size() > limits.max_bytes) {
    fail(ErrorCode::too_large,
         fmt::format("The JSON text has {} bytes; the limit is {}.", text.size(), limits.max_bytes));
  }
  boost::json::parse_options options;
  options.max_depth = limits.max_depth;
  boost::json::error_code error;
  boost::json::stream_parser parser({}, options);
  const std::size_t consumed = parser.write_some(text.data(), text.size(), error);
  if (!error && !parser.done()) parser.finish(error);
  if (error || !parser.done()) {
    const bool is_syntax = !error || error == boost::json::error::syntax || error == boost::json::error::incomplete;
    const JsonFault fault = is_syntax ? describe_fault(text, consumed) : JsonFault{consumed, error.message()};
    fail_invalid(fmt::format("The JSON is malformed at {}: {}.", place(text, fault.at), fault.why));
  }
  if (text.find_first_not_of(" \t\r\n", consumed) != std::string_view::npos) {
    fail_invalid(fmt::format("The JSON is malformed at {}: there is text after the document.", place(text, consumed)));
  }
  return parser.release();
}

void append_string(std::string& out, std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  out.push_back('"');
  std::size_t clean = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text.substr(clean, i - clean));
    clean = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += "\\u00";
        out.push_back(hex[c >> 4]);
        out.push_back(hex[c & 15]);
    }
  }
  out.append(text.substr(clean));
  out.push_back('"');
}

void append(std::string& out, const value& v) {
  switch (v.kind()) {
    case kind::null:
      out += "null";
      break;
    case kind::bool_:
      out += v.get_bool() ? "true" : "false";
      break;
    case kind::int64:
      fmt::format_to(std::back_inserter(out), "{}", v.get_int64());
      break;
    case kind::uint64:
      fmt::format_to(std::back_inserter(out), "{}", v.get_uint64());
      break;
    case kind::double_:
      append_number(out, v.get_double());
      break;
    case kind::string:
      append_string(out, view(v.get_string()));
      break;
    case kind::array: {
      out.push_back('[');
      bool first = true;
      for (const auto& item : v.get_array()) {
        if (!std::exchange(first, false)) out.push_back(',');
        append(out, item);
      }
      out.push_back(']');
      break;
    }
    case kind::object: {
      out.push_back('{');
      bool first = true;
      for (const auto& member : v.get_object()) {
        if (!std::exchange(first, false)) out.push_back(',');
        append_string(out, member.key());
        out.push_back(':');
        append(out, member.value());
      }
      out.push_back('}');
      break;
    }
  }
}

std::string to_text(const value& v) {
  std::string out;
  append(out, v);
  return out;
}

const value* find(const object& members, std::string_view name) { return find_member(members, name); }
value* find(object& members, std::string_view name) { return find_member(members, name); }

std::optional<std::string_view> text_at(const object& members, std::string_view name) {
  const value* v = find(members, name);
  if (v == nullptr || !v->is_string()) return std::nullopt;
  return view(v->get_string());
}

std::optional<std::int64_t> integer_at(const object& members, std::string_view name) {
  const value* v = find(members, name);
  if (v == nullptr) return std::nullopt;
  boost::json::error_code error;
  const auto number = v->to_number<std::int64_t>(error);
  return error ? std::nullopt : std::optional(number);
}

std::optional<bool> flag_at(const object& members, std::string_view name) {
  const value* v = find(members, name);
  if (v == nullptr || !v->is_bool()) return std::nullopt;
  return v->get_bool();
}

const array* array_at(const object& members, std::string_view name) {
  const value* v = find(members, name);
  return v == nullptr ? nullptr : v->if_array();
}

const object* object_at(const object& members, std::string_view name) {
  const value* v = find(members, name);
  return v == nullptr ? nullptr : v->if_object();
}

}  // namespace slipway::json
