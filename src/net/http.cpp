#include "net/http.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"

namespace slipway::net {

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (equals_ignoring_case(key, name)) return value;
  }
  return std::nullopt;
}

void Headers::set(std::string_view name, std::string value) {
  std::erase_if(fields_, [&](const auto& field) { return equals_ignoring_case(field.first, name); });
  fields_.emplace_back(name, std::move(value));
}

Response error_response(int status, std::string_view message) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json; charset=utf-8");
  response.body = "{\"ErrorMessage\":";
  json::append_string(response.body, message);
  response.body += ",\"Errors\":[";
  json::append_string(response.body, message);
  response.body += "]}";
  return response;
}

Query::Query(std::string_view encoded) {
  for (const auto pair : split(encoded, '&')) {
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    fields_.emplace_back(percent_decode(pair.substr(0, equals), true),
                         percent_decode(pair.substr(std::min(equals + 1, pair.size())), true));
  }
}

std::optional<std::string_view> Query::find(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (equals_ignoring_case(key, name)) return value;
  }
  return std::nullopt;
}

void Query::keep_if(const std::function<bool(std::string_view name)>& fits) {
  std::erase_if(fields_, [&](const auto& field) { return !fits(field.first); });
}

std::vector<std::string> Query::list(std::string_view name) const {
  std::vector<std::string> out;
  for (const auto& [key, value] : fields_) {
    if (!equals_ignoring_case(key, name)) continue;
    for (const auto item : split(value, ',')) {
      if (const auto text = trim(item); !text.empty()) out.emplace_back(text);
    }
  }
  return out;
}

}  // namespace slipway::net
