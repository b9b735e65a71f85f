// Every resource of the product. Adding one: its file in resources/, and a line in catalogue.cpp.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "model/schema.h"
#include "model/step_declaration.h"
#include "model/upgrade.h"

namespace slipway::model {

/// All schemas, by type name and by collection. Immutable after construction; threads: any.
class Catalogue {
 public:
  /// `steps`: the step types of the server, which processes are checked against.
  explicit Catalogue(std::vector<Schema> schemas, std::shared_ptr<const StepDeclarations> steps = {});

  std::span<const Schema> all() const { return schemas_; }
  const Schema* find(std::string_view type) const;
  /// Throws Error{internal}: code of ours named a type that is not in the list.
  const Schema& get(std::string_view type) const;
  /// What documents of the type are written by; for others than those in the list, the first.
  Form form_of(std::string_view type) const;
  const StepDeclarations& steps() const { return *steps_; }

 private:
  std::vector<Schema> schemas_;
  std::vector<Form> forms_;  ///< of each schema
  std::shared_ptr<const StepDeclarations> steps_;
};

/// The product's resources. Owners stand before what they own.
Catalogue all_resources(StepDeclarations steps = {});

}  // namespace slipway::model
