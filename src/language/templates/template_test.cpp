#include "language/templates/template.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "base/brief.h"
#include "base/error.h"
#include "language/templates/budget_testing.h"

using namespace slipway;
using namespace slipway::language;

namespace {

std::string text_of(std::string_view text, const VariableSet& variables) {
  return evaluate(text, variables, fresh_budget()).text_or_empty();
}

/// What an evaluation throws; "" when it does not.
template <class Run>
std::string error_of(Run run) {
  try {
    run();
    return "";
  } catch (const Error& e) {
    return e.message();
  }
}

}  // namespace

TEST_CASE("a template is parsed once and evaluated over many sets") {
  const Template greeting = Template::parse("Hello #{Name | ToUpper}!");
  CHECK(Bindings({{"Name", "ada"}}).evaluate(greeting, fresh_budget()).text == "Hello ADA!");
  CHECK(Bindings({{"name", "bob"}}).evaluate(greeting, fresh_budget()).text == "Hello BOB!");
  const Evaluation missing = Bindings(VariableSet{}).evaluate(greeting, fresh_budget());
  CHECK(missing.text == "Hello #{Name | ToUpper}!");
  CHECK(missing.missing_tokens == std::vector<std::string>{"#{Name | ToUpper}"});
}

TEST_CASE("a parse error says what was unexpected and where") {
  CHECK(Template::parse("line one\n  #{A ! }").error() ==
        "The template could not be parsed: unexpected '!' at line 2, column 7.");
  CHECK(Template::parse("#{A").error() ==
        "The template could not be parsed: unexpected the end of the text at line 1, column 4.");
}

TEST_CASE("evaluating stops at each limit with an error that names it") {
  constexpr EvaluationLimits ample = kTextLimits;
  VariableSet doubling{{"V0", "0123456789"}};
  for (int i = 1; i < 30; ++i) {
    const std::string before = "#{V" + std::to_string(i - 1) + "}";
    doubling.set("V" + std::to_string(i), before + before);
  }
  const EvaluationLimits few_bytes{ample.max_depth, 1000, ample.max_steps, ample.max_work};
  CHECK(error_of([&] { evaluate("#{V29}", doubling, fresh_budget(few_bytes)); }).find("more than 1000 bytes") !=
        std::string::npos);

  VariableSet chain{{"V0", "end"}};
  for (int i = 1; i < 2000; ++i) chain.set("V" + std::to_string(i), "#{V" + std::to_string(i - 1) + "}");
  CHECK(error_of([&] { evaluate("#{V1999}", chain, fresh_budget()); }).find("deeper than 1000 levels") !=
        std::string::npos);
  CHECK(text_of("#{V150}", chain) == "end");

  const EvaluationLimits few_steps{ample.max_depth, ample.max_bytes, 500, ample.max_work};
  const VariableSet list{{"L", std::string(200, ',')}};
  CHECK(error_of([&] {
          evaluate("#{each a in L}#{each b in L}x#{/each}#{/each}", list, fresh_budget(few_steps));
        }).find("more than 500 steps") != std::string::npos);
}

TEST_CASE("evaluating stops when its work takes too long, by the clock that it was given") {
  static std::chrono::nanoseconds worked{};
  worked = {};
  Budget budget(kTextLimits, [] { return worked += std::chrono::milliseconds(10); });
  const std::string text(100'000, 'a');
  CHECK(error_of([&] {
          evaluate("#{A | Replace \"a[^c]*b|a\" x}", {{"A", text}}, budget);
        }).find("longer than 5000 ms") != std::string::npos);
}

TEST_CASE("evaluations of one cause share its budget") {
  const EvaluationLimits limits{100, 1 << 20, 50, std::chrono::seconds(1)};
  Budget budget(limits, time_of_this_thread);
  const Bindings bindings({{"A", "a"}});
  const auto exhaust = [&] {
    for (int i = 0; i < 50; ++i) bindings.evaluate("#{A}", budget);
  };
  CHECK(error_of(exhaust).find("more than 50 steps") != std::string::npos);
}

TEST_CASE("hostile nesting is refused before it can exhaust the stack, and is parsed in linear time") {
  std::string ifs, filters = "#{A", sum = "#{calc 1", brackets;
  for (int i = 0; i < 5000; ++i) {
    ifs += "#{if a}";
    filters += "| F";
    sum += "+1";
    brackets += "#{A[";
  }
  for (const std::string& text : {ifs, filters + "}", sum + "}", brackets}) {
    CHECK(error_of([&] { Template::parse(text); }).find("nested deeper than") != std::string::npos);
  }
  std::string unclosed;
  for (int i = 0; i < 90; ++i) unclosed += "#{if a == \"b\"}";
  CHECK(Template::parse(unclosed).error().has_value());
}

TEST_CASE("a cycle names the chain, and other variables still evaluate") {
  const Bindings bindings({{"A", "#{B}"}, {"B", "x#{A}"}, {"C", "fine"}});
  CHECK(error_of([&] { bindings.evaluate("#{A}", fresh_budget()); }).find("self referencing loop (A -> B -> A") !=
        std::string::npos);
  const auto all = bindings.evaluate_all(fresh_budget());
  CHECK(all[0].error.has_value());
  CHECK(all[2].text == "fine");
}

TEST_CASE("evaluating all variables gives what getting each gives") {
  const Bindings bindings({{"A", "#{B}/a"},
                           {"B", "#{C | ToUpper}"},
                           {"C", "c"},
                           {"D", "#{Gone} #{A}"},
                           {"E", std::nullopt},
                           {"F", "#{J.x[1].y}"},
                           {"J", R"({"x":[0,{"y":"#{A}"}]})"},
                           {"B!", "taken"},
                           {"G", "#{"},
                           {"H", "#{ | null}"}});
  const auto all = bindings.evaluate_all(fresh_budget());
  std::size_t i = 0;
  for (const auto& [name, value, is_sensitive] : bindings.variables())
    CHECK(all[i++].text == bindings.get(name, fresh_budget()));
  CHECK(all[3].missing_tokens == std::vector<std::string>{"#{Gone}"});
  CHECK(all[5].text == "taken/a");  // B! is bound as B
}

TEST_CASE("run conditions hold for truthy texts without errors") {
  const Bindings bindings({{"Env", "Prod"}, {"No", " no "}, {"Zero", "0"}});
  CHECK(bindings.is_truthy("#{if Env == \"Prod\"}true#{/if}", fresh_budget()));
  CHECK_FALSE(bindings.is_truthy("#{if Env == \"Test\"}true#{/if}", fresh_budget()));
  CHECK_FALSE(bindings.is_truthy("#{No}", fresh_budget()));
  CHECK_FALSE(bindings.is_truthy("#{Zero}", fresh_budget()));
  CHECK_FALSE(bindings.is_truthy("#{Missing}", fresh_budget()));
  CHECK_FALSE(bindings.is_truthy("#{ | null}", fresh_budget()));
}

TEST_CASE("a required variable must have a value") {
  const Bindings bindings({{"A", "#{B}"}, {"B", ""}});
  CHECK(error_of([&] { bindings.require("A", fresh_budget()); }) ==
        "The variable 'A' is required but no value is set.");
  CHECK(error_of([&] { bindings.require("Gone", fresh_budget()); }) ==
        "The variable 'Gone' is required but no value is set.");
}

TEST_CASE("loops see collections of every kind") {
  const VariableSet variables{
      {"Csv", "a,b"},      {"Json", R"([{"n":1},{"n":2}])"}, {"Object", R"({"k":"v","m":[1,2]})"},
      {"S[x].Port", "80"}, {"S[y].Port", "#{Base}1"},        {"Base", "44"}};
  CHECK(text_of("#{each i in Csv}<#{i}>#{/each}", variables) == "<a><b>");
  CHECK(text_of("#{each i in Json}#{i.n};#{/each}", variables) == "1;2;");
  CHECK(text_of("#{each i in Object}#{i}=#{i.Value}/#{i.Key} #{/each}", variables) == "k=v/k m=[1,2]/m ");
  CHECK(text_of("#{each i in Object.m}#{i}+#{/each}", variables) == "1+2+");
  CHECK(text_of("#{each s in S}#{s}:#{s.Port} #{/each}", variables) == "x:80 y:441 ");
  CHECK(text_of("#{each a in Csv}#{each b in Csv}#{a}#{b} #{/each}#{/each}", variables) == "aa ab ba bb ");
  CHECK(error_of([&] { evaluate("#{each Octopus in Csv}x#{/each}", variables, fresh_budget()); }).find("'Octopus'") !=
        std::string::npos);
}

TEST_CASE("JSON is navigated through objects, arrays and texts that hold JSON again") {
  const VariableSet variables{{"J", R"({"a":[{"b":"{\"c\":5}"}], d: 'x', /* e */ "f": 1.50, "g": {"h":1.0}})"}};
  CHECK(text_of("#{J.a[0].b.c}", variables) == "5");
  CHECK(text_of("#{J.d}#{J.f}#{J.none}", variables) == "x1.5");
  CHECK(text_of("#{J.g}#{J.a[7]}", variables) == "{\"h\":1.0}");
  CHECK(text_of("#{J.f.x}", variables) == "#{J.f.x}");
}

TEST_CASE("removing a variable keeps the others in order and findable") {
  VariableSet variables{{"A", "1"}, {"B", "2"}, {"C", "3"}};
  variables.remove("b");
  variables.set("c", "4");
  CHECK(variables.size() == 2);
  CHECK(variables.raw("C") == "4");
  CHECK_FALSE(variables.contains("B"));
  CHECK(std::next(variables.begin())->name == "C");
}

TEST_CASE("many threads may evaluate over the same bindings") {
  const Bindings bindings({{"A", "#{B}#{C | ToUpper}"}, {"B", "#{C}/"}, {"C", "#{D}"}, {"D", "d"}});
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) right += bindings.evaluate("#{A}", fresh_budget()).text == "d/D" ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 200);
}

TEST_CASE("bindings stay valid when they are moved") {
  Bindings first({{"A", "x#{B}"}, {"B", "y"}});
  const Bindings second = std::move(first);
  CHECK(second.evaluate("#{A}", fresh_budget()).text == "xy");
}

#ifndef NDEBUG
TEST_CASE("no template is evaluated while others wait for a transaction to end") {
  const Bindings bindings({{"A", "a"}});
  CHECK(bindings.evaluate("#{A}", fresh_budget()).text == "a");
  const Brief brief;
  CHECK(error_of([&] { bindings.evaluate("plain", fresh_budget()); }) ==
        "Evaluating a template inside a transaction keeps others waiting.");
  CHECK_FALSE(error_of([&] { bindings.get("A", fresh_budget()); }).empty());
  CHECK_FALSE(error_of([&] { bindings.evaluate_all(fresh_budget()); }).empty());
  CHECK_FALSE(error_of([&] { bindings.get_indexes("A", fresh_budget()); }).empty());
}
#endif
