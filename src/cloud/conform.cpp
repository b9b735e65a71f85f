#include "cloud/conform.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/nearest.h"
#include "base/text.h"
#include "base/written_values.h"

namespace slipway::aws {
namespace {

class Conformer {
 public:
  Conformer(const ConformOptions& options, Problems& problems, std::vector<std::string>& warnings)
      : options_(options), problems_(problems), warnings_(warnings) {}

  void run(json::value& value, const Shape& shape, const std::string& path) {
    switch (shape.kind) {
      case Kind::text:
        return text(value, shape, path);
      case Kind::number:
        return number(value, shape, path);
      case Kind::decimal:
        return decimal(value, shape, path);
      case Kind::flag:
        return flag(value, shape, path);
      case Kind::list:
        if (unpack(value, shape, path)) list(value.get_array(), shape, path);
        return;
      case Kind::structure:
        if (unpack(value, shape, path)) structure(value.get_object(), shape, path);
        return;
      case Kind::map:
        if (unpack(value, shape, path)) map(value.get_object(), shape, path);
        return;
    }
  }

 private:
  /// Enough to see what is wrong; a message has to stay one that people can read.
  static constexpr std::size_t kMostTold = 100;

  void problem(std::string text) {
    const std::size_t told = problems_.list().size();
    if (told < kMostTold) problems_.add(std::move(text));
    if (told == kMostTold) problems_.add("There are more problems of this kind.");
  }

  void warning(std::string text) {
    if (warnings_.size() < kMostTold) warnings_.push_back(std::move(text));
  }

  void mismatch(const json::value& value, const Shape& shape, const std::string& path, std::string_view hint = "") {
    const std::string shown = options_.show ? options_.show(path, value) : std::string();
    problem(
        fmt::format("{} must be {}{}{}.{}", path, described(shape.kind), shown.empty() ? "" : ", not ", shown, hint));
  }

  void text(json::value& value, const Shape& shape, const std::string& path) {
    if (value.is_bool() || value.is_int64() || value.is_uint64()) {
      value = json::to_text(value);
    } else if (value.is_double()) {
      // 1.10 and 1e3 would change on their way through a number.
      return mismatch(value, shape, path, " Put it in quotes, so that it stays as you wrote it.");
    } else if (!value.is_string()) {
      return mismatch(value, shape, path);
    }
    check_value(json::view(value.get_string()), shape, path);
  }

  void check_value(std::string_view given, const Shape& shape, const std::string& path) {
    const auto& known = shape.values;
    if (known.empty() || std::find(known.begin(), known.end(), given) != known.end()) return;
    const auto near = nearest(given, known);
    if (near && equals_ignoring_case(*near, given)) {
      problem(fmt::format("{} must be spelled \"{}\": case counts.", path, *near));
      return;
    }
    const std::string shown = options_.show ? options_.show(path, json::value(given)) : std::string();
    warning(fmt::format("{}: AWS's model does not list{}{} and may refuse it.{}", path,
                        shown.empty() ? " the value" : " ", shown, did_you_mean(given, known)));
  }

  void check_range(double number, const json::value& value, const Shape& shape, const std::string& path) {
    if (shape.least && number < *shape.least)
      return mismatch(value, shape, path, fmt::format(" At least {}.", *shape.least));
    if (shape.most && number > *shape.most)
      return mismatch(value, shape, path, fmt::format(" At most {}.", *shape.most));
  }

  void number(json::value& value, const Shape& shape, const std::string& path) {
    if (value.is_string()) {
      const auto read = read_integer(json::view(value.get_string()));
      if (!read) return mismatch(value, shape, path);
      value = *read;
    } else if (value.is_double() && std::trunc(value.get_double()) == value.get_double() &&
               std::abs(value.get_double()) < 1e15) {
      value = static_cast<std::int64_t>(value.get_double());
    }
    if (!value.is_int64()) return mismatch(value, shape, path);
    check_range(static_cast<double>(value.get_int64()), value, shape, path);
  }

  void decimal(json::value& value, const Shape& shape, const std::string& path) {
    if (value.is_string()) {
      const std::string_view digits = trim(json::view(value.get_string()));
      double read = 0;
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), read);
      if (error != std::errc() || end != digits.data() + digits.size()) return mismatch(value, shape, path);
      value = read;
    }
    if (!value.is_number()) return mismatch(value, shape, path);
    check_range(value.to_number<double>(), value, shape, path);
  }

  void flag(json::value& value, const Shape& shape, const std::string& path) {
    if (value.is_bool()) return;
    std::optional<bool> read;
    if (value.is_string()) read = read_flag(json::view(value.get_string()));
    if (value.is_int64()) read = read_flag(json::to_text(value));
    if (!read) return mismatch(value, shape, path);
    value = *read;
  }

  /// A text that holds a list or an object becomes it. False, with a problem, when there is none.
  bool unpack(json::value& value, const Shape& shape, const std::string& path) {
    const bool wants_list = shape.kind == Kind::list;
    const auto fits = [&](const json::value& v) { return wants_list ? v.is_array() : v.is_object(); };
    if (value.is_string()) {
      try {
        json::value inside = json::parse(json::view(value.get_string()));
        if (fits(inside)) value = std::move(inside);
      } catch (const Error&) {
        // No JSON: it stays the text that it is.
      }
    }
    if (fits(value)) return true;
    mismatch(value, shape, path);
    return false;
  }

  void list(json::array& items, const Shape& shape, const std::string& path) {
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (!items[i].is_null()) run(items[i], *shape.item, fmt::format("{}[{}]", path, i));
    }
    const auto gone =
        std::remove_if(items.begin(), items.end(), [](const json::value& item) { return item.is_null(); });
    items.erase(gone, items.end());
  }

  void map(json::object& entries, const Shape& shape, const std::string& path) {
    drop_nulls(entries);
    for (auto& [key, value] : entries) {
      if (!value.is_null()) run(value, *shape.item, fmt::format("{}.{}", path, std::string_view(key)));
    }
  }

  void structure(json::object& members, const Shape& shape, const std::string& path) {
    drop_nulls(members);
    std::vector<std::string_view> known;
    for (const Member& member : shape.members) known.push_back(member.name);
    const auto own = own_members(shape);
    known.insert(known.end(), own.begin(), own.end());
    for (auto& [key, value] : members) {
      const std::string_view name = key;
      if (std::find(own.begin(), own.end(), name) != own.end()) continue;
      const std::string at = fmt::format("{}.{}", path, name);
      const Member* member = shape.find(name);
      if (member == nullptr) {
        unknown(name, known, at);
      } else if (!value.is_null()) {
        run(value, *member->shape, at);
      }
    }
    if (options_.is_patch) return;
    for (const Member& member : shape.members) {
      if (member.required && !members.contains(member.name)) {
        problem(fmt::format("{}.{} is missing.", path, member.name));
      }
    }
  }

  void unknown(std::string_view name, const std::vector<std::string_view>& known, const std::string& at) {
    if (const auto near = nearest(name, known)) {
      problem(fmt::format("{} is no member that AWS knows. Did you mean \"{}\"?", at, *near));
    } else {
      warning(fmt::format("{} is no member that AWS's model knows (botocore {}); it is passed on as it is.", at,
                          model_version()));
    }
  }

  std::vector<std::string_view> own_members(const Shape& shape) const {
    const auto found = std::find_if(options_.own.begin(), options_.own.end(),
                                    [&](const OwnMembers& own) { return own.structure == shape.name; });
    return found == options_.own.end() ? std::vector<std::string_view>{} : found->names;
  }

  void drop_nulls(json::object& members) const {
    if (options_.is_patch) return;
    std::vector<std::string> gone;
    for (const auto& [key, value] : members) {
      if (value.is_null()) gone.emplace_back(key);
    }
    for (const auto& name : gone) members.erase(name);
  }

  const ConformOptions& options_;
  Problems& problems_;
  std::vector<std::string>& warnings_;
};

}  // namespace

void conform(json::value& document, const Shape& shape, const std::string& path, const ConformOptions& options,
             Problems& problems, std::vector<std::string>& warnings) {
  Conformer(options, problems, warnings).run(document, shape, path);
}

}  // namespace slipway::aws
