#include "steps/step.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"
#include "model/declaration_faults.h"

namespace slipway::steps {

std::optional<std::string> StepContext::property(std::string_view name) const {
  if (action().secret_properties.contains(name)) {
    std::string secret = secret_property(name);
    return secret.empty() ? std::nullopt : std::optional(std::move(secret));
  }
  const auto& properties = action().properties;
  const auto it = properties.find(std::string(name));
  if (it == properties.end()) return std::nullopt;
  std::string value(trim(evaluate(it->second)));
  return value.empty() ? std::nullopt : std::optional(std::move(value));
}

void StepCatalogue::add(std::unique_ptr<const StepType> step) {
  const model::StepDeclaration& declaration = step->declaration();
  Problems faults = model::faults_of(declaration);
  std::string type = declaration.type;
  if (types_.contains(type)) faults.add("Another step type has that name.");
  if (!faults.empty()) {
    fail(ErrorCode::internal,
         fmt::format("The declaration of the step type {} is wrong: {}", type, fmt::join(faults.list(), " ")));
  }
  types_.emplace(std::move(type), std::move(step));
}

const StepType* StepCatalogue::find(std::string_view type) const {
  const auto it = types_.find(type);
  return it == types_.end() ? nullptr : it->second.get();
}

std::vector<std::string> StepCatalogue::types() const {
  std::vector<std::string> names;
  for (const auto& [name, step] : types_) names.push_back(name);
  return names;
}

model::StepDeclarations StepCatalogue::declarations() const {
  std::vector<model::StepDeclaration> all;
  for (const auto& [name, step] : types_) all.push_back(step->declaration());
  return model::StepDeclarations(std::move(all));
}

}  // namespace slipway::steps
