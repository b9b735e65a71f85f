#include "steps/input_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/written_values.h"
#include "model/step_check.h"

namespace slipway::steps {

InputReader::InputReader(const StepContext& ctx, const model::StepDeclaration& declaration)
    : ctx_(ctx), declaration_(declaration) {
  const auto check = [&](const std::string& name) {
    if (auto why = model::why_unread_property(declaration_, name)) problems_.add(std::move(*why));
  };
  for (const auto& [name, value] : ctx.action().properties) check(name);
  for (const std::string& name : ctx.action().secret_properties) check(name);
}

const model::StepInput& InputReader::declared(std::string_view name) const {
  if (const model::StepInput* input = declaration_.find(name)) return *input;
  fail(ErrorCode::internal, fmt::format("{} reads {}, which it does not declare.", declaration_.type, name));
}

const model::StepInput& InputReader::declared(std::string_view name,
                                              std::initializer_list<model::InputKind> kinds) const {
  const model::StepInput& input = declared(name);
  if (std::find(kinds.begin(), kinds.end(), input.kind) == kinds.end()) {
    fail(ErrorCode::internal, fmt::format("{} declares {} as {}, and reads it as something else.", declaration_.type,
                                          name, json::name_of(input.kind)));
  }
  return input;
}

template <class F>
std::optional<std::string> InputReader::noted(std::string_view name, F get) {
  try {
    return get();
  } catch (const Error& error) {
    problems_.add(fmt::format("{}: {}", name, error.message()));
    return std::nullopt;
  }
}

std::optional<std::string> InputReader::given(std::string_view name) {
  declared(name);
  return noted(name, [&] { return ctx_.property(name); });
}

std::optional<std::string> InputReader::fallback(const model::StepInput& input) {
  if (input.fallback.empty()) return std::nullopt;
  return noted(input.name, [&] { return std::optional(ctx_.evaluate(input.fallback)); });
}

std::optional<std::string> InputReader::expected(const model::StepInput& input) {
  const std::size_t before = problems_.list().size();
  auto value = given(input.name);
  if (!value && input.is_required() && problems_.list().size() == before) {
    problems_.add(fmt::format("{} is missing: give {}.", input.name, input.give));
  }
  return value;
}

std::string InputReader::text(std::string_view name) {
  using enum model::InputKind;
  const model::StepInput& input = declared(name, {Text, JsonList, JsonObject, AwsRegion, AccountVariable});
  auto value = expected(input);
  return value ? std::move(*value) : fallback(input).value_or("");
}

Secret InputReader::secret(std::string_view name) {
  if (!declared(name).is_secret) {
    fail(ErrorCode::internal,
         fmt::format("{} reads {} as a secret, which it is not declared as.", declaration_.type, name));
  }
  return Secret(text(name));
}

std::optional<std::string> InputReader::checked(const model::StepInput& input) {
  auto value = expected(input);
  if (!value) return fallback(input);
  const auto at = ctx_.action().properties.find(input.name);
  const std::string written = at == ctx_.action().properties.end() ? "" : at->second;
  const auto why = model::why_not(input, {written, value});
  if (!why) return value;
  problems_.add(*why);
  return fallback(input);
}

bool InputReader::flag(std::string_view name) {
  return read_flag(checked(declared(name, {model::InputKind::Flag})).value_or("")).value_or(false);
}

std::optional<int> InputReader::number(std::string_view name) {
  const auto value = read_integer(checked(declared(name, {model::InputKind::Number})).value_or(""));
  return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

std::string InputReader::chosen(std::string_view name) {
  const model::StepInput& input = declared(name, {model::InputKind::Choice});
  const std::string value = checked(input).value_or("");
  for (const std::string& choice : input.choices) {
    if (equals_ignoring_case(choice, value)) return choice;
  }
  return value;
}

std::string InputReader::show(std::string_view name) const {
  const auto at = ctx_.action().properties.find(std::string(name));
  return model::quoted({at == ctx_.action().properties.end() ? "" : at->second, std::nullopt});
}

void InputReader::finish() const {
  problems_.throw_if_any(fmt::format("The step \"{}\" can't run: its inputs have {} problem(s).", ctx_.action().name,
                                     problems_.list().size()));
}

}  // namespace slipway::steps
