// Every case of the corpora, through the same JSON lines that `slipway eval` and `slipway versions` speak.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "language/conformance/conformance.h"
#include "language/dotnet/unicode.h"
#include "language/filters/regex.h"

using namespace slipway;
using namespace slipway::language;

namespace {

constexpr Time kNow{std::chrono::sys_days{std::chrono::year{2030} / 5 / 22} + std::chrono::hours(9)};

std::vector<std::string> lines_of(const std::string& name) {
  const char* source = std::getenv("SLIPWAY_SOURCE_DIR");
  std::ifstream file(std::string(source != nullptr ? source : ".") + "/src/language/corpus/" + name);
  REQUIRE_MESSAGE(file.good(), "the corpus ", name, " is missing; run the tests from the source folder");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

/// The answer to one line.
template <class Run>
json::object answer_to(const std::string& line, Run run) {
  std::istringstream in(line);
  std::ostringstream out;
  run(in, out);
  return json::parse(out.str()).as_object();
}

bool has(const json::object& members, std::string_view name) { return members.contains(name); }

bool is_one_of(const json::value& value, const json::array& choices) {
  return std::find(choices.begin(), choices.end(), value) != choices.end();
}

bool result_matches(const json::object& expected, const json::value& result) {
  if (has(expected, "expected_regex")) {
    Budget budget(kTextLimits, time_of_this_thread);
    return Regex(json::view(expected.at("expected_regex").as_string())).matches(json::view(result.as_string()), budget);
  }
  if (has(expected, "one_of") && is_one_of(result, expected.at("one_of").as_array())) return true;
  const auto compare = json::text_at(expected, "compare").value_or("");
  if (compare == "trim") {
    return trim_white_space(json::view(result.as_string())) ==
           trim_white_space(json::view(expected.at("expected").as_string()));
  }
  if (compare == "contains_all") {
    const auto& names = result.as_array();
    const auto listed = [&](const json::value& name) { return is_one_of(name, names); };
    const auto& wanted = expected.at("expected").as_array();
    const json::array* excluded = json::array_at(expected, "excludes");
    return std::all_of(wanted.begin(), wanted.end(), listed) &&
           (excluded == nullptr || std::none_of(excluded->begin(), excluded->end(), listed));
  }
  return result == expected.at("expected");
}

std::string check_template(const std::string& line) {
  const json::object expected = json::parse(line).as_object();
  const json::object answer =
      answer_to(line, [](std::istream& in, std::ostream& out) { run_eval_jsonl(in, out, kNow); });
  if (json::flag_at(expected, "error").value_or(false)) {
    if (!has(answer, "error")) return "should throw";
    const auto message = json::text_at(expected, "error_message").value_or("");
    const bool exact = message.find("self referencing loop") != std::string_view::npos;
    return exact && *json::text_at(answer, "error") != message ? "wrong message" : "";
  }
  if (!has(answer, "result")) return "should not throw";
  if (!result_matches(expected, answer.at("result"))) return "wrong result";
  if (const auto reports = json::flag_at(expected, "reports_error")) {
    if (has(answer, "reported_error") != *reports) return "reported error expected or not";
  }
  const auto reported = json::text_at(expected, "reported_error");
  return reported && json::text_at(answer, "reported_error") != reported ? "wrong reported error" : "";
}

bool agrees(const json::value& expected, const json::value& actual) {
  if (!expected.is_object()) return expected == actual;
  const json::object* members = actual.if_object();
  return members != nullptr &&
         std::all_of(expected.get_object().begin(), expected.get_object().end(),
                     [&](const auto& m) { return members->contains(m.key()) && m.value() == members->at(m.key()); });
}

std::string check_version(const json::object& expected) {
  const json::object answer = answer_to(json::to_text(expected), run_versions_jsonl);
  if (expected.contains("error") && expected.at("error").is_bool())
    return answer.contains("error") ? "" : "should fail";
  static constexpr std::string_view outcomes[] = {
      "expected",    "valid",     "valid_in", "equal",        "contains",  "error",  "restrictions",
      "recommended", "to_string", "is_mask",  "latest_first", "satisfied", "subject"};
  for (const std::string_view field : outcomes) {
    if (!expected.contains(field)) continue;
    if (!answer.contains(field) || !agrees(expected.at(field), answer.at(field))) return "wrong " + std::string(field);
  }
  if (const json::array* latest = json::array_at(expected, "latest")) {
    const auto& actual = answer.at("latest").as_array();
    if (actual.size() != latest->size()) return "wrong latest";
    for (const json::value& version : *latest) {
      if (!is_one_of(version, actual)) return "wrong latest";
    }
  }
  return "";
}

/// A mask case stands for one with each of its prefixes in front.
std::vector<json::object> variants(const std::string& line) {
  const json::object original = json::parse(line).as_object();
  const json::array* prefixes = json::array_at(original, "prefixes");
  if (prefixes == nullptr) return {original};
  std::vector<json::object> all;
  for (const json::value& prefix : *prefixes) {
    json::object variant = original;
    for (const char* field : {"mask", "expected"}) {
      if (!variant.contains(field)) continue;
      std::string text(json::view(prefix.as_string()));
      text += json::view(variant[field].as_string());
      variant[field] = text;
    }
    all.push_back(std::move(variant));
  }
  return all;
}

}  // namespace

TEST_CASE("templates evaluate as the corpora say") {
  for (const char* corpus : {"templates.jsonl", "templates-derived.jsonl"}) {
    for (const std::string& line : lines_of(corpus)) {
      const std::string problem = check_template(line);
      if (problem.empty()) continue;
      const json::object answer =
          answer_to(line, [](std::istream& in, std::ostream& out) { run_eval_jsonl(in, out, kNow); });
      FAIL_CHECK(problem << "\n  case:   " << line << "\n  answer: " << json::to_text(answer));
    }
  }
}

TEST_CASE("versions, ranges, masks and rules behave as the corpora say") {
  for (const char* corpus : {"versions.jsonl", "versions-derived.jsonl"}) {
    for (const std::string& line : lines_of(corpus)) {
      for (const json::object& variant : variants(line)) {
        const std::string problem = check_version(variant);
        if (problem.empty()) continue;
        const json::object answer = answer_to(json::to_text(variant), run_versions_jsonl);
        FAIL_CHECK(problem << "\n  case:   " << json::to_text(variant) << "\n  answer: " << json::to_text(answer));
      }
    }
  }
}

TEST_CASE("a bad line is answered with an error and the next one is read") {
  std::istringstream in("nonsense\n{\"id\":\"a\",\"template\":\"#{x}\",\"variables\":{\"x\":1}}\n[]\n");
  std::ostringstream out;
  CHECK(run_eval_jsonl(in, out, kNow) == 0);
  std::istringstream answers(out.str());
  std::string line;
  std::getline(answers, line);
  CHECK(line.find("\"error\"") != std::string::npos);
  std::getline(answers, line);
  CHECK(line == R"({"id":"a","result":"1"})");
  std::getline(answers, line);
  CHECK(line.find("must be a JSON object") != std::string::npos);
}

TEST_CASE("evaluating one text prints the result, and missing tokens with exit 1") {
  std::ostringstream out, err;
  CHECK(eval_once(R"({"A":"x"})", "#{A} #{B}", kNow, out, err) == 1);
  CHECK(out.str() == "x #{B}\n");
  CHECK(err.str() == "#{B}\n");
  std::ostringstream clean, none;
  CHECK(eval_once(R"({"A":"x"})", "#{A | ToUpper}", kNow, clean, none) == 0);
  CHECK(clean.str() == "X\n");
  CHECK(none.str().empty());
}
