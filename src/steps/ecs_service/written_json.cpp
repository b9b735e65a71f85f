#include "steps/ecs_service/written_json.h"

#include <fmt/format.h>

#include "base/text.h"

namespace slipway::steps::ecs {
namespace {

bool has_variables(std::string_view text) { return text.find("#{") != std::string_view::npos; }
bool is_document(const json::value& v) { return v.is_array() || v.is_object(); }

/// Replaces the variables in all texts and names of a document.
class Evaluator {
 public:
  Evaluator(const StepContext& ctx, WrittenJson& written, Problems& problems)
      : ctx_(ctx), written_(written), problems_(problems) {}

  void run(json::value& v, const std::string& path) {
    if (json::object* object = v.if_object()) {
      names(*object, path);
      for (auto& m : *object) run(m.value(), fmt::format("{}.{}", path, std::string_view(m.key())));
    } else if (json::array* array = v.if_array()) {
      for (std::size_t i = 0; i < array->size(); ++i) run((*array)[i], fmt::format("{}[{}]", path, i));
    } else if (v.is_string() && has_variables(json::view(v.get_string()))) {
      const std::string text(json::view(v.get_string()));
      written_.templates[path] = text;
      if (const auto value = evaluate(text, path)) v = *value;
    }
  }

 private:
  std::optional<std::string> evaluate(std::string_view text, const std::string& path) {
    try {
      return ctx_.evaluate(text);
    } catch (const Error& error) {
      problems_.add(fmt::format("{}: {}", path, error.message()));
      return std::nullopt;
    }
  }

  void names(json::object& object, const std::string& path) {
    bool any = false;
    for (const auto& m : object) any = any || has_variables(m.key());
    if (!any) return;
    json::object renamed;
    for (auto& m : object) {
      const auto name = has_variables(m.key()) ? evaluate(m.key(), path) : std::optional<std::string>(m.key());
      if (name && !renamed.emplace(*name, std::move(m.value())).second) {
        problems_.add(fmt::format("{}: two of its members have the same name once \"{}\" is replaced.", path,
                                  std::string_view(m.key())));
      }
    }
    object = std::move(renamed);
  }

  const StepContext& ctx_;
  WrittenJson& written_;
  Problems& problems_;
};

std::optional<json::value> parse(std::string_view text) {
  try {
    return json::parse(text);
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// What is wrong with the JSON and where, without the words found there: they may be a variable's.
std::string without_words(std::string_view message) {
  const std::size_t end = message.find(": ");
  return end == message.npos ? std::string(message) : std::string(message.substr(0, end)) + ".";
}

std::optional<WrittenJson> read_replaced(const StepContext& ctx, std::string_view name, std::string_view text,
                                         Problems& problems) {
  WrittenJson written{std::string(name), nullptr, {}, true};
  try {
    const std::string replaced = ctx.evaluate(text);
    if (trim(replaced).empty()) return std::nullopt;
    try {
      written.value = json::parse(replaced);
    } catch (const Error& error) {
      problems.add(
          fmt::format("{}, once its variables were replaced: {} Quote what is a text, and escape its value with "
                      "`| JsonEscape`.",
                      name, without_words(error.message())));
      return std::nullopt;
    }
  } catch (const Error& error) {
    problems.add(fmt::format("{}: {}", name, error.message()));
    return std::nullopt;
  }
  if (is_document(written.value)) return written;
  problems.add(fmt::format("{}, once its variables were replaced, must be a JSON list or object.", name));
  return std::nullopt;
}

std::optional<WrittenJson> read_secret(InputReader& read, std::string_view name) {
  const auto text = read.given(name);
  if (!text) return std::nullopt;
  WrittenJson written{std::string(name), nullptr, {}, true};
  try {
    written.value = json::parse(*text);
  } catch (const Error& error) {
    read.problems().add(fmt::format("{}: {}", name, without_words(error.message())));
    return std::nullopt;
  }
  if (is_document(written.value)) return written;
  read.problems().add(fmt::format("{} must be a JSON list or object.", name));
  return std::nullopt;
}

}  // namespace

std::string WrittenJson::show(const std::string& path, const json::value& v) const {
  if (const auto text = templates.find(path); text != templates.end()) {
    return fmt::format("what \"{}\" stands for", text->second);
  }
  if (may_hold_secrets_anywhere || !(v.is_string() || v.is_bool() || v.is_number())) return "";
  const std::string shown = json::to_text(v);
  return shown.size() <= 100 ? shown : "";
}

std::optional<WrittenJson> read_json(InputReader& read, std::string_view name) {
  const StepContext& ctx = read.context();
  Problems& problems = read.problems();
  if (ctx.action().secret_properties.contains(name)) return read_secret(read, name);
  const auto& properties = ctx.action().properties;
  const auto it = properties.find(std::string(name));
  if (it == properties.end() || trim(it->second).empty()) return std::nullopt;
  auto parsed = parse(it->second);
  if (parsed && is_document(*parsed)) {
    WrittenJson written{std::string(name), std::move(*parsed), {}, false};
    Evaluator(ctx, written, problems).run(written.value, written.name);
    return written;
  }
  // A quoted text may hold the document.
  if (parsed && parsed->is_string()) return read_replaced(ctx, name, json::view(parsed->get_string()), problems);
  if (has_variables(it->second)) return read_replaced(ctx, name, it->second, problems);
  try {
    json::parse(it->second);
    problems.add(fmt::format("{} must be a JSON list or object.", name));
  } catch (const Error& error) {
    problems.add(fmt::format("{}: {}", name, error.message()));
  }
  return std::nullopt;
}

}  // namespace slipway::steps::ecs
