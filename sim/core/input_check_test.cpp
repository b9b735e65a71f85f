#include "sim/core/input_check.h"

#include <doctest/doctest.h>

#include <functional>
#include <set>

#include "aws_model/model.h"
#include "sim/core/test_driver.h"
#include "sim/ecs/services.h"

namespace slipway::sim {
namespace {

using aws::Kind;
using aws::Member;
using aws::Shape;

struct ModelledOperation {
  std::string service, name;
  const Shape* input;
};

/// Of all simulated operations whose input is typed; the Query protocol's is all texts.
std::vector<ModelledOperation> modelled_operations() {
  std::vector<ModelledOperation> out;
  for (const SimulatedService& service : kSimulatedServices) {
    for (const Operation& operation : service.operations()) {
      const Shape* input = aws::input_of(service.name, operation.name);
      if (service.name != "sts")
        REQUIRE_MESSAGE(input, service.name << ":" << operation.name << " is not in the model");
      if (input != nullptr) out.push_back({std::string(service.name), std::string(operation.name), input});
    }
  }
  return out;
}

/// A value that the shape takes, of required members alone.
json::value least_of(const Shape& shape) {
  switch (shape.kind) {
    case Kind::structure: {
      json::object out;
      for (const Member& member : shape.members) {
        if (member.required) out[member.name] = least_of(*member.shape);
      }
      return out;
    }
    case Kind::list:
      return json::array(static_cast<std::size_t>(shape.least.value_or(0)), least_of(*shape.item));
    case Kind::map:
      return json::object();
    case Kind::flag:
      return true;
    case Kind::number:
      return static_cast<std::int64_t>(shape.least.value_or(1));
    case Kind::decimal:
      return shape.least.value_or(1);
    case Kind::text:
      break;
  }
  if (!shape.values.empty()) return json::value(shape.values.front());
  return json::value(std::string(static_cast<std::size_t>(std::max(1.0, shape.least.value_or(1))), 'x'));
}

using Wrap = std::function<json::object(json::value)>;
using Visit = std::function<void(const Shape&, const std::string& path, const Wrap&)>;

/// Visits every member's shape; `wrap` makes an input that is right but for the value put there.
void each_member(const Shape& shape, const std::string& path, const Wrap& wrap, const Visit& visit) {
  for (const Member& member : shape.members) {
    const std::string at = path.empty() ? member.name : path + "." + member.name;
    const Wrap with = [&](json::value v) {
      json::object whole = least_of(shape).as_object();
      whole[member.name] = std::move(v);
      return wrap(std::move(whole));
    };
    visit(*member.shape, at, with);
    each_member(*member.shape, at, with, visit);
  }
  if (shape.kind == Kind::list) {
    const Wrap with = [&](json::value v) { return wrap(json::array{std::move(v)}); };
    visit(*shape.item, path + "[0]", with);
    each_member(*shape.item, path + "[0]", with, visit);
  }
}

/// A JSON value of each kind, but for those that the shape takes.
std::vector<json::value> wrong_values(Kind kind) {
  std::vector<json::value> out;
  if (kind != Kind::text) out.emplace_back("5");
  if (kind != Kind::flag) out.emplace_back(true);
  if (kind != Kind::number && kind != Kind::decimal) out.emplace_back(5);
  if (kind != Kind::list) out.emplace_back(json::array{});
  if (kind != Kind::structure && kind != Kind::map) out.emplace_back(json::object{});
  return out;
}

std::string code_of(const ModelledOperation& operation, const json::object& input) {
  try {
    checked_input(operation.service, operation.name, input);
    return "";
  } catch (const AwsError& error) {
    return error.code() + ": " + error.message();
  }
}

}  // namespace

TEST_CASE("every member of every simulated operation refuses what is not of its kind") {
  int tried = 0, members = 0;
  for (const ModelledOperation& operation : modelled_operations()) {
    each_member(
        *operation.input, "", [](json::value v) { return std::move(v.as_object()); },
        [&](const Shape& shape, const std::string& path, const Wrap& wrap) {
          CAPTURE(operation.name);
          CAPTURE(path);
          ++members;
          CHECK(code_of(operation, wrap(least_of(shape))) == "");
          for (const json::value& wrong : wrong_values(shape.kind)) {
            ++tried;
            CHECK(code_of(operation, wrap(wrong)).starts_with("SerializationException: " + path + " must be "));
          }
        });
  }
  MESSAGE(tried << " wrong values for " << members << " members");
  CHECK(members > 500);
}

TEST_CASE("every listed value is taken and no other, and every bound is kept") {
  int values = 0, bounds = 0;
  for (const ModelledOperation& operation : modelled_operations()) {
    each_member(
        *operation.input, "", [](json::value v) { return std::move(v.as_object()); },
        [&](const Shape& shape, const std::string& path, const Wrap& wrap) {
          CAPTURE(operation.name);
          CAPTURE(path);
          for (const std::string& value : shape.values) {
            ++values;
            CHECK(code_of(operation, wrap(json::value(value))) == "");
            CHECK(code_of(operation, wrap(json::value(value + "x"))).find("has an invalid value") != std::string::npos);
          }
          if (shape.kind == Kind::number && shape.most) {
            ++bounds;
            CHECK(code_of(operation, wrap(static_cast<std::int64_t>(*shape.most) + 1)).find("at most") !=
                  std::string::npos);
          }
          if (shape.kind == Kind::number && shape.least) {
            ++bounds;
            CHECK(code_of(operation, wrap(static_cast<std::int64_t>(*shape.least) - 1)).find("at least") !=
                  std::string::npos);
          }
        });
  }
  MESSAGE(values << " listed values, " << bounds << " bounds");
  CHECK(values > 100);
}

TEST_CASE("every required member is missed, and a null is as good as none") {
  int tried = 0;
  for (const ModelledOperation& operation : modelled_operations()) {
    const auto miss = [&](const Shape& shape, const std::string& path, const Wrap& wrap) {
      for (const Member& member : shape.members) {
        if (!member.required) continue;
        CAPTURE(operation.name);
        CAPTURE(path);
        ++tried;
        json::object without = least_of(shape).as_object();
        without[member.name] = nullptr;
        CHECK(code_of(operation, wrap(std::move(without))).find(member.name + " should not be null") !=
              std::string::npos);
      }
    };
    const Wrap whole = [](json::value v) { return std::move(v.as_object()); };
    miss(*operation.input, "", whole);
    each_member(*operation.input, "", whole, miss);
  }
  MESSAGE(tried << " required members");
  CHECK(tried > 50);
}

TEST_CASE("nulls are absent, unknown members stay, and names are exact") {
  const json::object read = checked_input(
      "ecs", "UpdateService",
      {{"service", "web"}, {"Cluster", "prod"}, {"desiredCount", nullptr}, {"somethingNew", {{"a", nullptr}}}});
  CHECK(json::value(read) == json::value({{"service", "web"}, {"somethingNew", {{"a", nullptr}}}}));
}

}  // namespace slipway::sim
