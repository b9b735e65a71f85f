// VAR-6: what is made of a sensitive variable is as secret as that. Every filter, with secrets in front of it and among
// its options, and whatever else the language makes of a value.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "language/filters/filters.h"
#include "language/masking/masking.h"
#include "language/templates/budget_testing.h"
#include "language/templates/template.h"

using namespace slipway;
using namespace slipway::language;

namespace {

bool holds(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

/// Texts of which each filter makes something.
std::vector<std::string> secrets() {
  return {"Hunter2 <correct> & \"horse\": {battery}\n= staple\\",
          "12345.23456.34567.45678-hunter22.98765+metadata",
          to_base64("a secret in base64"),
          "2026-11-29T10:00:00Z",
          "1234567.891",
          "https://hunter2.example:8443/path/to?query=1#fragment",
          "**hunter2** is _secret_"};
}

std::vector<std::vector<std::string>> options() {
  return {{},       {"2"},       {"1", "6"},      {"e", "EE"},          {"-more-"},      {"N3"},     {"yyyy-MM-dd HH"},
          {"utf8"}, {"unicode"}, {"AbsoluteUri"}, {"Date", "yyyyMMdd"}, {"Int", "0000"}, {"Hunter2"}};
}

struct Filtered {
  std::optional<std::string> text;  ///< nullopt where the filter made nothing
  std::vector<std::string> secrets;
};

/// `A` is in front, unless there is no subject, and O0, O1 … are the options; `sensitive` names those that are.
Filtered filtered(const FilterEntry& filter, const std::optional<std::string>& subject,
                  const std::vector<std::string>& options, const std::set<std::string>& sensitive) {
  VariableSet variables;
  if (subject) variables.set("A", *subject, sensitive.contains("A"));
  std::string text = fmt::format("#{{{} | {} ", subject ? "A" : "", filter.name);
  for (std::size_t i = 0; i < options.size(); ++i) {
    const std::string name = fmt::format("O{}", i);
    variables.set(name, options[i], sensitive.contains(name));
    text += fmt::format("#{{{}}}", name);
  }
  try {
    const Evaluation evaluation = evaluate(text + "}", variables, fresh_budget());
    if (!evaluation.missing_tokens.empty()) return {};
    return {evaluation.text, evaluation.secrets};
  } catch (const Error&) {
    return {};
  }
}

std::vector<std::string> secrets_of(std::string_view text, const VariableSet& variables) {
  return evaluate(text, variables, fresh_budget()).secrets;
}

}  // namespace

TEST_CASE("VAR-6: what every filter makes of a secret is one, and answers to questions about it are none") {
  std::size_t tried = 0;
  std::set<std::string_view> made;
  for (const FilterEntry& filter : all_filters()) {
    for (const std::string& secret : secrets()) {
      for (const auto& more : options()) {
        for (const std::set<std::string>& sensitive : {std::set<std::string>{"A"}, {"O0"}, {}}) {
          if (sensitive.contains("O0") && more.empty()) continue;
          Filtered result = filtered(filter, secret, more, sensitive);
          if (!result.text && sensitive.contains("O0")) result = filtered(filter, std::nullopt, more, sensitive);
          if (!result.text || result.text->size() < kShortestSecret) continue;
          ++tried;
          CAPTURE(filter.name);
          CAPTURE(*result.text);
          CHECK(holds(result.secrets, *result.text) == (!sensitive.empty() && !filter.is_test));
          if (!sensitive.empty()) made.insert(filter.name);
        }
      }
    }
  }
  MESSAGE("filters with secrets: " << tried << " results of " << made.size() << " filters");
  for (const FilterEntry& filter : all_filters()) {
    CHECK_MESSAGE(made.contains(filter.name) != (filter.name == kNullFilter), filter.name);
  }
}

TEST_CASE("VAR-6: chains of filters and of variables carry a secret on, and what stands beside it is none") {
  VariableSet variables;
  variables.set("Secret", "hunter22", true);
  variables.set("Url", "https://admin:#{Secret}@db");
  variables.set("Upper", "#{Url | ToUpper}!");
  CHECK(holds(secrets_of("#{Secret | ToUpper | Trim | ToBase64}", variables), to_base64("HUNTER22")));
  CHECK(holds(secrets_of("#{Url | ToUpper}", variables), "HTTPS://ADMIN:HUNTER22@DB"));
  CHECK(holds(secrets_of("see #{Upper}", variables), "HTTPS://ADMIN:HUNTER22@DB"));
  CHECK(holds(secrets_of("#{Upper | ToLower}", variables), "https://admin:hunter22@db!"));
  CHECK(secrets_of("see #{Url}", variables) == std::vector<std::string>{"hunter22"});
  CHECK(secrets_of("#{if Secret == \"hunter22\"}yes, it is#{/if}", variables) == std::vector<std::string>{"hunter22"});
}

TEST_CASE("VAR-6: parts of secret documents and lists, sums, and values that are written with others are secret") {
  VariableSet variables;
  variables.set("Json", R"({"user":"admin-user","pass":{"word":"hunter22"},"pins":[12345,23456]})", true);
  variables.set("List", "hunter22,hunter33", true);
  variables.set("Number", "4242", true);
  variables.set("Env", "prod");
  variables.set("Written", "hunter22-#{Env}", true);
  variables.set("Mixed", "plain,#{Comma}");
  variables.set("Comma", "left1,right2", true);
  const std::pair<const char*, const char*> cases[] = {{"#{Json.pass.word}", "hunter22"},
                                                       {"#{Json.pass}", R"({"word":"hunter22"})"},
                                                       {"#{Json.pins[1]}", "23456"},
                                                       {"#{each p in Json.pins}#{p};#{/each}", "12345"},
                                                       {"#{each p in Json}#{p.Value};#{/each}", "admin-user"},
                                                       {"#{each p in Json}#{p.Key};#{/each}", "user"},
                                                       {"#{each p in List}#{p};#{/each}", "hunter33"},
                                                       {"#{each p in Mixed}#{p};#{/each}", "right2"},
                                                       {"#{calc Number + 1}", "4243"},
                                                       {"#{calc 2 * ({Number}-1)}", "8482"},
                                                       {"#{Written}", "hunter22-prod"}};
  std::size_t tried = 0;
  for (const auto& each : cases) {
    const std::string text = each.first;
    CAPTURE(text);
    ++tried;
    CHECK(holds(secrets_of(text, variables), each.second));
  }
  MESSAGE("secrets of other making: " << tried);
  const Bindings bindings(variables);
  Budget budget(kTextLimits, time_of_this_thread);
  CHECK(holds(bindings.evaluate_variable("Written", budget).secrets, "hunter22-prod"));
  CHECK(bindings.evaluate_variable("Env", budget).secrets.empty());
}

TEST_CASE("a document that is only written with a secret has other parts that are none") {
  VariableSet variables;
  variables.set("Secret", "hunter22", true);
  variables.set("Config", R"({"port":"8080","pass":"#{Secret}"})");
  CHECK(secrets_of("#{Config.port}", variables) == std::vector<std::string>{"hunter22"});
  CHECK(holds(secrets_of("#{Config.pass | ToUpper}", variables), "HUNTER22"));
  variables.set("Secret", "hunter\\t22", true);
  CHECK(holds(secrets_of("#{Config.pass}", variables), "hunter\t22"));
}
