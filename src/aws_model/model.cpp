#include "aws_model/model.h"

#include <algorithm>
#include <array>
#include <map>

#include "aws_model/model_data.h"
#include "base/error.h"
#include "base/json.h"

namespace slipway::aws {
namespace {

struct KindName {
  Kind kind;
  std::string_view name;
  std::string_view described;
};
constexpr std::array kKinds = {
    KindName{Kind::text, "text", "a text"},           KindName{Kind::number, "number", "a whole number"},
    KindName{Kind::decimal, "decimal", "a number"},   KindName{Kind::flag, "flag", "true or false"},
    KindName{Kind::list, "list", "a list"},           KindName{Kind::structure, "structure", "an object"},
    KindName{Kind::map, "map", "an object of texts"},
};

Kind kind_of(std::string_view name) {
  return std::find_if(kKinds.begin(), kKinds.end(), [&](const KindName& k) { return k.name == name; })->kind;
}

std::vector<std::string> texts_at(const json::object& from, std::string_view name) {
  std::vector<std::string> out;
  const json::array* items = json::array_at(from, name);
  for (const auto& item : items == nullptr ? json::array{} : *items) out.emplace_back(json::view(item.as_string()));
  return out;
}

std::optional<double> number_at(const json::object& from, std::string_view name) {
  const json::value* number = from.if_contains(name);
  return number == nullptr ? std::nullopt : std::optional(number->to_number<double>());
}

/// One service's operations and shapes. Shapes point at each other, so they never move.
class ServiceModel {
 public:
  explicit ServiceModel(const json::object& described) {
    const json::object& shapes = described.at("shapes").as_object();
    for (const auto& [name, shape] : shapes) shapes_[std::string(name)].name = name;
    for (const auto& [name, shape] : shapes) fill(shapes_.at(std::string(name)), shape.as_object());
    for (const auto& [operation, shape] : described.at("operations").as_object()) {
      inputs_[std::string(operation)] = &shape_named(shape);
    }
  }
  ServiceModel(const ServiceModel&) = delete;
  ServiceModel& operator=(const ServiceModel&) = delete;

  const Shape* input_of(std::string_view operation) const {
    const auto found = inputs_.find(operation);
    return found == inputs_.end() ? nullptr : found->second;
  }

 private:
  const Shape& shape_named(const json::value& name) const {
    return shapes_.at(std::string(json::view(name.as_string())));
  }

  void fill(Shape& shape, const json::object& described) const {
    shape.kind = kind_of(json::view(described.at("kind").as_string()));
    shape.values = texts_at(described, "values");
    shape.least = number_at(described, "min");
    shape.most = number_at(described, "max");
    if (const json::value* item = described.if_contains("item")) shape.item = &shape_named(*item);
    if (const json::object* members = json::object_at(described, "members")) {
      const auto required = texts_at(described, "required");
      for (const auto& [name, of] : *members) {
        const bool needed = std::find(required.begin(), required.end(), std::string_view(name)) != required.end();
        shape.members.push_back({std::string(name), &shape_named(of), needed});
      }
    }
  }

  std::map<std::string, Shape, std::less<>> shapes_;
  std::map<std::string, const Shape*, std::less<>> inputs_;
};

struct Model {
  Model() {
    const json::object data = json::parse(kModelData).as_object();
    version = json::text_at(data, "botocore").value_or("");
    regions = texts_at(data, "regions");
    for (const auto& [name, described] : data.at("services").as_object()) {
      services.try_emplace(std::string(name), described.as_object());
    }
  }
  std::string version;
  std::vector<std::string> regions;
  std::map<std::string, ServiceModel, std::less<>> services;
};

const Model& model() {
  static const Model instance;
  return instance;
}

}  // namespace

std::string_view described(Kind kind) {
  return std::find_if(kKinds.begin(), kKinds.end(), [&](const KindName& k) { return k.kind == kind; })->described;
}

const Member* Shape::find(std::string_view member) const {
  const auto found = std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.name == member; });
  return found == members.end() ? nullptr : &*found;
}

const Shape* input_of(std::string_view service, std::string_view operation) {
  const auto found = model().services.find(service);
  return found == model().services.end() ? nullptr : found->second.input_of(operation);
}

const std::vector<std::string>& regions() { return model().regions; }

std::string_view model_version() { return model().version; }

}  // namespace slipway::aws
