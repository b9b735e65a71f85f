#include "cloud/conform.h"

#include <doctest/doctest.h>

#include <functional>
#include <set>

#include "base/nearest.h"
#include "base/text.h"

using namespace slipway;
using namespace slipway::aws;

namespace {

const Shape& task_definition() { return *input_of("ecs", "RegisterTaskDefinition"); }

struct Conformed {
  json::value value;
  std::vector<std::string> problems;
  std::vector<std::string> warnings;
};

Conformed conformed(json::value document, bool is_patch = true) {
  Conformed out{std::move(document), {}, {}};
  Problems problems;
  const ConformOptions options{{{"ContainerDefinition", {"package"}}},
                               is_patch,
                               [](const std::string&, const json::value& v) { return json::to_text(v); }};
  conform(out.value, task_definition(), "TD", options, problems, out.warnings);
  out.problems = problems.list();
  return out;
}

Conformed conformed_text(std::string_view text) { return conformed(json::parse(text)); }

using Wrap = std::function<json::value(json::value)>;

/// Calls `visit(shape, path, wrap)` for every shape of the task definition; `wrap` makes a document with a value there.
void each_shape(const Shape& shape, const std::string& path, const Wrap& wrap,
                const std::function<void(const Shape&, const std::string&, const Wrap&)>& visit) {
  visit(shape, path, wrap);
  for (const Member& member : shape.members) {
    each_shape(
        *member.shape, path + "." + member.name,
        [&](json::value v) {
          return wrap(json::object{{member.name, std::move(v)}});
        },
        visit);
  }
  if (shape.kind == Kind::list) {
    each_shape(
        *shape.item, path + "[0]", [&](json::value v) { return wrap(json::array{std::move(v)}); }, visit);
  }
  if (shape.kind == Kind::map) {
    each_shape(
        *shape.item, path + ".key",
        [&](json::value v) {
          return wrap(json::object{{"key", std::move(v)}});
        },
        visit);
  }
}

void each_shape(const std::function<void(const Shape&, const std::string&, const Wrap&)>& visit) {
  each_shape(
      task_definition(), "TD", [](json::value v) { return v; }, visit);
}

/// The name with a letter missing, doubled, wrong, or swapped with the next, and in the wrong case.
std::set<std::string> slips(const std::string& name) {
  std::set<std::string> out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    out.insert(std::string(name).erase(i, 1));
    out.insert(std::string(name).insert(i, 1, name[i]));
    out.insert(std::string(name).replace(i, 1, "q"));
    if (i + 1 < name.size()) {
      std::string swapped = name;
      std::swap(swapped[i], swapped[i + 1]);
      out.insert(swapped);
    }
  }
  std::string upper = name;
  upper[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(upper[0])));
  out.insert(upper);
  return out;
}

bool holds(const std::vector<std::string>& texts, std::string_view part) {
  return std::any_of(texts.begin(), texts.end(), [&](const std::string& t) { return t.find(part) != t.npos; });
}

}  // namespace

TEST_CASE("every member's name misspelt by one letter is refused, and the right one named") {
  int tried = 0, ambiguous = 0;
  each_shape([&](const Shape& shape, const std::string& path, const Wrap& wrap) {
    for (const Member& member : shape.members) {
      for (const std::string& slip : slips(member.name)) {
        if (shape.find(slip) != nullptr) continue;
        CAPTURE(path);
        CAPTURE(slip);
        ++tried;
        const auto result = conformed(wrap(json::object{{slip, "x"}}));
        REQUIRE(result.problems.size() == 1);
        CHECK(result.problems[0].starts_with(path + "." + slip + " is no member"));
        // "pdMode" is as near to "pidMode" as to "ipcMode" may be: then either is right.
        const bool is_named = result.problems[0].find("Did you mean \"" + member.name + "\"?") != std::string::npos;
        const bool another_is_as_near = std::any_of(shape.members.begin(), shape.members.end(), [&](const Member& m) {
          return &m != &member && letters_apart(slip, m.name, 3) <= letters_apart(slip, member.name, 3);
        });
        CHECK((is_named || another_is_as_near));
        ambiguous += !is_named;
      }
    }
  });
  MESSAGE(tried << " misspelt members, " << ambiguous << " of them as near to another");
  CHECK(tried > 5000);
  CHECK(ambiguous * 100 < tried);
}

TEST_CASE("every number and flag may be given as a text, wherever AWS wants one") {
  int tried = 0;
  each_shape([&](const Shape& shape, const std::string& path, const Wrap& wrap) {
    CAPTURE(path);
    if (shape.kind == Kind::number) {
      CHECK(conformed(wrap(" 25 ")).value == wrap(25));
      for (const json::value& wrong : {json::value("25x"), json::value(""), json::value(true), json::value(2.5)}) {
        const auto result = conformed(wrap(wrong));
        CHECK(result.problems.size() == 1);
        CHECK(holds(result.problems, path + " must be a whole number, not " + json::to_text(wrong)));
      }
      ++tried;
    }
    if (shape.kind == Kind::flag) {
      for (const auto* yes : {"true", "True", " YES ", "1"}) CHECK(conformed(wrap(yes)).value == wrap(true));
      for (const auto* no : {"false", "False", "no", "0"}) CHECK(conformed(wrap(no)).value == wrap(false));
      CHECK(conformed(wrap(1)).value == wrap(true));
      for (const json::value& wrong :
           {json::value("ture"), json::value(""), json::value(2), json::value(json::array{})}) {
        const auto result = conformed(wrap(wrong));
        CHECK(result.problems.size() == 1);
        CHECK(holds(result.problems, path + " must be true or false"));
      }
      ++tried;
    }
  });
  MESSAGE(tried << " numbers and flags");
  CHECK(tried > 30);
}

TEST_CASE("where AWS wants a text, numbers and flags become one, and what would lose by it is refused") {
  int tried = 0;
  each_shape([&](const Shape& shape, const std::string& path, const Wrap& wrap) {
    if (shape.kind != Kind::text) return;
    CAPTURE(path);
    CHECK(conformed(wrap(20)).value == wrap("20"));
    CHECK(conformed(wrap(true)).value == wrap("true"));
    CHECK(conformed(wrap("20")).value == wrap("20"));
    for (const json::value& wrong : {json::value(1.10), json::value(json::object{}), json::value(json::array{"x"})}) {
      CHECK(holds(conformed(wrap(wrong)).problems, path + " must be a text"));
    }
    ++tried;
  });
  MESSAGE(tried << " texts");
  CHECK(tried > 80);
}

TEST_CASE("lists, objects and maps may be given as JSON in a text, and nothing else may stand for them") {
  each_shape([&](const Shape& shape, const std::string& path, const Wrap& wrap) {
    if (shape.kind == Kind::text || shape.kind == Kind::number || shape.kind == Kind::flag) return;
    CAPTURE(path);
    const json::value empty = shape.kind == Kind::list ? json::value(json::array()) : json::value(json::object());
    CHECK(conformed(wrap(json::value(std::string_view(json::to_text(empty))))).value == wrap(empty));
    for (const json::value& wrong : {json::value("npm start"), json::value(5), json::value("")}) {
      CHECK(holds(conformed(wrap(wrong)).problems, path + " must be"));
    }
  });
}

TEST_CASE("nulls are left out at every depth") {
  auto result = conformed(json::parse(R"({"family":"f","pidMode":null,"containerDefinitions":[
    {"name":"a","image":"i","links":null,"command":[null,"x"],"healthCheck":{"command":["y"],"retries":null},
     "dockerLabels":{"k":null}}]})"),
                          false);
  CHECK(result.problems.empty());
  CHECK(result.value == json::parse(R"({"family":"f","containerDefinitions":[
    {"name":"a","image":"i","command":["x"],"healthCheck":{"command":["y"]},"dockerLabels":{}}]})"));
}

TEST_CASE("what AWS's model does not know is passed on with a warning") {
  const auto result = conformed_text(R"({"quantumMode":{"qubits":"7","off":null},"networkMode":"warp"})");
  CHECK(result.problems.empty());
  CHECK(result.value.at("quantumMode") == json::parse(R"({"qubits":"7","off":null})"));
  CHECK(holds(result.warnings, "TD.quantumMode is no member that AWS's model knows"));
  CHECK(holds(result.warnings, "TD.networkMode: AWS's model does not list \"warp\""));
}

TEST_CASE("a value in the wrong case is refused, one that is only unknown may be new") {
  CHECK(conformed_text(R"({"networkMode":"AWSVPC"})").problems ==
        std::vector<std::string>{"TD.networkMode must be spelled \"awsvpc\": case counts."});
  CHECK(holds(conformed_text(R"({"networkMode":"awsvcp"})").warnings, "Did you mean \"awsvpc\"?"));
}

TEST_CASE("required members are missed, and numbers kept within AWS's bounds") {
  CHECK(holds(
      conformed(json::parse(R"({"family":"f","containerDefinitions":[{"name":"a","ulimits":[{"name":"nofile"}]}]})"),
                false)
          .problems,
      "TD.containerDefinitions[0].ulimits[0].softLimit is missing."));
  CHECK(holds(conformed_text(R"({"containerDefinitions":[{"resourceRequirements":[
          {"sharingStrategy":{"nvidiaMps":{"maxComputePercent":101}}}]}]})")
                  .problems,
              "At most 100."));
}

TEST_CASE("our own members stay beside AWS's, and are suggested as they are") {
  CHECK(conformed_text(R"({"containerDefinitions":[{"package":"web"}]})").problems.empty());
  CHECK(holds(conformed_text(R"({"containerDefinitions":[{"pakage":"web"}]})").problems, "Did you mean \"package\"?"));
}

TEST_CASE("a thousand problems are told as a hundred and more") {
  json::object labels;
  for (int i = 0; i < 1000; ++i) labels[std::to_string(i)] = 1.5;
  const auto result =
      conformed(json::object{{"containerDefinitions", json::array{{{"dockerLabels", std::move(labels)}}}}});
  CHECK(result.problems.size() == 101);
  CHECK(result.problems.back() == "There are more problems of this kind.");
}
