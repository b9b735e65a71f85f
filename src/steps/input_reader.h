// A step's inputs, read as its type declares them. Every fault is noted, so that people see all of them at once:
//
//   InputReader read(ctx, declaration());
//   const std::string url = read.text("Slipway.Hook.Url");
//   const Duration limit = read.seconds("Slipway.Hook.TimeoutSeconds");
//   read.finish();  // throws what was noted
//
// A name that is not declared, or is declared as another kind, is a defect of the step. Threads: one.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/describe.h"
#include "base/error.h"
#include "base/secret.h"
#include "base/time.h"
#include "model/step_declaration.h"
#include "steps/step.h"

namespace slipway::steps {

class InputReader {
 public:
  /// Notes the properties in the declaration's namespaces that it does not declare.
  InputReader(const StepContext&, const model::StepDeclaration&);
  InputReader(const StepContext&, model::StepDeclaration&&) = delete;  // it would dangle

  /// As given, evaluated, without blanks around it; nullopt when left out, or noted because it can't be evaluated.
  std::optional<std::string> given(std::string_view name);
  /// As given, else its default, else "". A required one that is left out is noted.
  std::string text(std::string_view name);
  bool flag(std::string_view name);
  /// nullopt when it is left out and has no default, or is noted.
  std::optional<int> number(std::string_view name);
  Duration seconds(std::string_view name) { return std::chrono::seconds(number(name).value_or(0)); }
  /// The enumerator of the same name.
  template <json::DescribedEnum E>
  E choice(std::string_view name) {
    return json::enum_of<E>(chosen(name)).value_or(E{});
  }
  /// For one that is declared as secret.
  Secret secret(std::string_view name);

  /// An input's value for a message: in quotes, or what was written where it may be a secret.
  std::string show(std::string_view name) const;
  const StepContext& context() const { return ctx_; }
  Problems& problems() { return problems_; }
  /// Throws Error{invalid} whose details list every fault, if there is any.
  void finish() const;

 private:
  const model::StepInput& declared(std::string_view name) const;
  const model::StepInput& declared(std::string_view name, std::initializer_list<model::InputKind>) const;
  /// What `get` returns; what it throws is noted.
  template <class F>
  std::optional<std::string> noted(std::string_view name, F get);
  std::optional<std::string> fallback(const model::StepInput&);
  /// As given; noted where it is left out and may not be.
  std::optional<std::string> expected(const model::StepInput&);
  /// As given and of the input's kind, else its default.
  std::optional<std::string> checked(const model::StepInput&);
  std::string chosen(std::string_view name);

  const StepContext& ctx_;
  const model::StepDeclaration& declaration_;
  Problems problems_;
};

}  // namespace slipway::steps
