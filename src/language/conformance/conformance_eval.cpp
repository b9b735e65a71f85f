#include <fmt/format.h>

#include <array>
#include <ostream>

#include "base/error.h"
#include "base/json.h"
#include "language/conformance/conformance.h"
#include "language/templates/json_lines.h"
#include "language/templates/template.h"

namespace slipway::language {
namespace {

/// One line of input, taken apart.
struct Request {
  std::string op;
  std::string text;
  VariableSet variables;
  bool halt_on_error = true;
  std::optional<bool> fallback;  // "default"
};

struct Answer {
  json::value result;
  std::optional<std::string> reported_error = std::nullopt;
};

/// Variables hold text; other scalars of the input are taken by their JSON text.
std::optional<std::string> variable_value(const json::value& value) {
  if (value.is_null()) return std::nullopt;
  if (const auto* text = value.if_string()) return std::string(json::view(*text));
  return json::to_text(value);
}

VariableSet read_variables(const json::object& members) {
  VariableSet variables;
  for (const auto& member : members) variables.set(member.key(), variable_value(member.value()));
  return variables;
}

Request read_request(const json::object& line) {
  Request request;
  request.op = json::text_at(line, "op").value_or("evaluate");
  request.text = json::text_at(line, "template").value_or("");
  request.halt_on_error = json::flag_at(line, "halt_on_error").value_or(true);
  request.fallback = json::flag_at(line, "default");
  if (const json::object* variables = json::object_at(line, "variables"))
    request.variables = read_variables(*variables);
  return request;
}

template <class T>
json::value or_null(const std::optional<T>& value) {
  return value ? json::value(*value) : json::value(nullptr);
}

json::array to_array(const std::vector<std::string>& texts) {
  json::array array;
  for (const std::string& text : texts) array.emplace_back(text);
  return array;
}

/// All variables as a JSON object, indented by two.
std::string saved(const VariableSet& variables) {
  std::string text = "{";
  for (const auto& [name, value, is_sensitive] : variables) {
    text += text.size() > 1 ? ",\n  " : "\n  ";
    json::append_string(text, name);
    text += ": ";
    value ? json::append_string(text, *value) : static_cast<void>(text += "null");
  }
  return text + (text.size() > 1 ? "\n}" : "}");
}

/// A request and what it is answered with.
struct Job {
  const Request& request;
  const Bindings& bindings;
  Budget& budget;
  const EvaluationOptions& options;

  const std::string& text() const { return request.text; }
  Template parsed() const { return Template::parse(text(), options.halt_on_error); }
};

struct Operation {
  std::string_view name;
  Answer (*run)(const Job&);
};

constexpr auto kOperations = std::to_array<Operation>({
    {"evaluate",
     [](const Job& j) {
       const Evaluation e = j.bindings.evaluate(j.text(), j.budget, j.options);
       return Answer{or_null(e.text), e.error};
     }},
    {"get", [](const Job& j) { return Answer{or_null(j.bindings.get(j.text(), j.budget, j.options))}; }},
    {"get_raw", [](const Job& j) { return Answer{or_null(j.bindings.variables().raw(j.text()))}; }},
    {"get_flag",
     [](const Job& j) {
       const auto flag = j.bindings.get_flag(j.text(), j.budget, j.options);
       return Answer{flag.value_or(j.request.fallback.value_or(false))};
     }},
    {"get_int32", [](const Job& j) { return Answer{or_null(j.bindings.get_int32(j.text(), j.budget, j.options))}; }},
    {"require", [](const Job& j) { return Answer{json::value(j.bindings.require(j.text(), j.budget, j.options))}; }},
    {"evaluate_truthy", [](const Job& j) { return Answer{j.bindings.is_truthy(j.text(), j.budget, j.options)}; }},
    {"get_indexes",
     [](const Job& j) { return Answer{to_array(j.bindings.get_indexes(j.text(), j.budget, j.options))}; }},
    {"parse",
     [](const Job& j) {
       const Template parsed = j.parsed();
       return Answer{!parsed.error(), parsed.error()};
     }},
    {"parse_to_string",
     [](const Job& j) {
       const Template parsed = j.parsed();
       return Answer{json::value(parsed.echo()), parsed.error()};
     }},
    {"argument_names", [](const Job& j) { return Answer{to_array(j.parsed().argument_names())}; }},
    {"save_as_string", [](const Job& j) { return Answer{json::value(saved(j.request.variables))}; }},
});

Answer run(const Request& request, Time now) {
  EvaluationOptions options;
  options.halt_on_error = request.halt_on_error;
  options.now = now;
  const Bindings bindings(request.variables);
  Budget budget(kTextLimits, time_of_this_thread);
  for (const Operation& operation : kOperations) {
    if (operation.name == request.op) return operation.run({request, bindings, budget, options});
  }
  fail_invalid(fmt::format("There is no operation '{}'. Leave \"op\" out to evaluate a template.", request.op));
}

}  // namespace

int run_eval_jsonl(std::istream& in, std::ostream& out, Time now) {
  answer_json_lines(in, out, [&](const json::object& line, json::object& result) {
    Answer answer = run(read_request(line), now);
    result["result"] = std::move(answer.result);
    if (answer.reported_error) result["reported_error"] = *answer.reported_error;
  });
  return 0;
}

int eval_once(std::string_view variables, std::string_view text, Time now, std::ostream& out, std::ostream& err) {
  try {
    const json::value parsed = json::parse(variables);
    const json::object* members = parsed.if_object();
    if (members == nullptr) fail_invalid("The variables must be a JSON object of names and values.");
    EvaluationOptions options;
    options.now = now;
    Budget budget(kTextLimits, time_of_this_thread);
    const Evaluation evaluation = evaluate(text, read_variables(*members), budget, options);
    out << evaluation.text_or_empty() << '\n';
    for (const std::string& token : evaluation.missing_tokens) err << token << '\n';
    if (evaluation.error && evaluation.missing_tokens.empty()) err << *evaluation.error << '\n';
    return evaluation.error ? 1 : 0;
  } catch (const Error& e) {
    err << e.message() << '\n';
    return 1;
  }
}

}  // namespace slipway::language
