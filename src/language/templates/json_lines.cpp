#include "language/templates/json_lines.h"

#include <istream>
#include <ostream>
#include <string>

#include "base/error.h"

namespace slipway::language {

void answer_json_lines(std::istream& in, std::ostream& out,
                       const std::function<void(const json::object& line, json::object& result)>& answer) {
  for (std::string line; std::getline(in, line);) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    json::object result{{"id", nullptr}};
    try {
      const json::value parsed = json::parse(line);
      const json::object* members = parsed.if_object();
      if (members == nullptr) fail_invalid("A line must be a JSON object.");
      if (const json::value* id = json::find(*members, "id")) result["id"] = *id;
      answer(*members, result);
    } catch (const std::exception& e) {
      result["error"] = e.what();
    }
    out << json::to_text(result) << '\n' << std::flush;  // the reader may wait for it before it writes the next
  }
}

}  // namespace slipway::language
