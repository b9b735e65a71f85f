#include "api/http/repeated_members.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "api/http/shape.h"
#include "base/error.h"
#include "base/text.h"

namespace slipway::api {
namespace {

using ErrorCondition = boost::json::error_code;

constexpr std::size_t kLongestNamed = 200;

/// What a reference stands for.
const json::object* resolved(const json::object* shape, const json::object& components) {
  while (shape != nullptr) {
    if (const auto reference = json::text_at(*shape, "$ref")) {
      const json::value* component = components.if_contains(reference->substr(reference->rfind('/') + 1));
      shape = component == nullptr ? nullptr : component->if_object();
    } else if (const json::array* all = json::array_at(*shape, "allOf"); all != nullptr && all->size() == 1) {
      shape = all->front().if_object();
    } else {
      return shape;
    }
  }
  return nullptr;
}

/// The first that `find` finds in a shape, or in one of those among which it leaves the choice.
template <class Find>
const json::object* first_of(const json::object* shape, const json::object& components, const Find& find) {
  shape = resolved(shape, components);
  if (shape == nullptr) return nullptr;
  const json::array* choices = json::array_at(*shape, "oneOf");
  if (choices == nullptr) return find(*shape);
  for (const json::value& choice : *choices) {
    const json::object* found = resolved(choice.if_object(), components);
    if (found != nullptr) found = find(*found);
    if (found != nullptr) return found;
  }
  return nullptr;
}

/// Hears of each token in turn. Keeps the names of the objects that are open, one after the other in one text.
class Listener {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = max_object_size, max_key_size = max_object_size,
                               max_string_size = max_object_size;

  Listener(const json::object* shape, const json::object& components) : components_(components), next_(shape) {}

  const std::string& problem() const { return problem_; }

  bool on_object_begin(ErrorCondition&) {
    open_.push_back({next_, names_.size(), text_.size(), 0, false});
    return true;
  }
  bool on_object_end(std::size_t, ErrorCondition& error) {
    find_repeated();
    names_.resize(open_.back().first_name);
    text_.resize(open_.back().text_begin);
    open_.pop_back();
    after_value();
    if (problem_.empty()) return true;
    error = boost::json::error::extra_data;  // any: what has been found is enough
    return false;
  }
  bool on_array_begin(ErrorCondition&) {
    open_.push_back({next_, names_.size(), text_.size(), 0, true});
    next_ = items_of(next_);
    return true;
  }
  bool on_array_end(std::size_t, ErrorCondition&) {
    open_.pop_back();
    after_value();
    return true;
  }
  bool on_key_part(boost::json::string_view part, std::size_t, ErrorCondition&) {
    text_ += std::string_view(part.data(), part.size());
    return true;
  }
  bool on_key(boost::json::string_view rest, std::size_t size, ErrorCondition&) {
    text_ += std::string_view(rest.data(), rest.size());
    names_.push_back({static_cast<std::uint32_t>(text_.size() - size), static_cast<std::uint32_t>(size)});
    next_ = member_of(open_.back().shape, view(names_.back()));
    return true;
  }
  bool on_string_part(boost::json::string_view, std::size_t, ErrorCondition&) { return true; }
  bool on_string(boost::json::string_view, std::size_t, ErrorCondition&) { return after_value(); }
  bool on_number_part(boost::json::string_view, ErrorCondition&) { return true; }
  bool on_int64(std::int64_t, boost::json::string_view, ErrorCondition&) { return after_value(); }
  bool on_uint64(std::uint64_t, boost::json::string_view, ErrorCondition&) { return after_value(); }
  bool on_double(double, boost::json::string_view, ErrorCondition&) { return after_value(); }
  bool on_bool(bool, ErrorCondition&) { return after_value(); }
  bool on_null(ErrorCondition&) { return after_value(); }
  bool on_comment_part(boost::json::string_view, ErrorCondition&) { return true; }
  bool on_comment(boost::json::string_view, ErrorCondition&) { return true; }
  bool on_document_begin(ErrorCondition&) { return true; }
  bool on_document_end(ErrorCondition&) { return true; }

 private:
  struct Name {
    std::uint32_t begin, size;  // in text_
  };
  struct Open {
    const json::object* shape;  // null: nobody described it
    std::size_t first_name, text_begin;
    std::size_t item;  // of a list: how many have ended
    bool is_list;
  };

  std::string_view view(Name name) const { return std::string_view(text_).substr(name.begin, name.size); }

  bool after_value() {
    if (open_.empty() || !open_.back().is_list) return true;
    ++open_.back().item;
    next_ = items_of(open_.back().shape);
    return true;
  }

  const json::object* items_of(const json::object* list) const {
    return first_of(list, components_, [](const json::object& shape) { return json::object_at(shape, "items"); });
  }
  const json::object* member_of(const json::object* of, std::string_view name) const {
    const json::object* declared = first_of(of, components_, [&](const json::object& shape) {
      const json::object* members = json::object_at(shape, "properties");
      return members == nullptr ? nullptr : json::object_at(*members, name);
    });
    if (declared != nullptr) return declared;
    return first_of(of, components_,
                    [](const json::object& shape) { return json::object_at(shape, "additionalProperties"); });
  }

  /// By sorting: no choice of names makes it slow, as it does a table of hashes.
  void find_repeated() {
    const Open& object = open_.back();
    const auto begin = names_.begin() + static_cast<std::ptrdiff_t>(object.first_name);
    if (names_.end() - begin < 2 || !problem_.empty()) return;
    const bool ignores_case = first_of(object.shape, components_, [](const json::object& shape) {
                                return shape::ignores_case_of_names(shape) ? &shape : nullptr;
                              }) != nullptr;
    std::sort(begin, names_.end(), [&](Name a, Name b) { return comes_before(view(a), view(b), ignores_case); });
    const auto same = std::adjacent_find(begin, names_.end(), [&](Name a, Name b) {
      return ignores_case ? equals_ignoring_case(view(a), view(b)) : view(a) == view(b);
    });
    if (same == names_.end()) return;
    const std::string first(view(*same).substr(0, kLongestNamed)), second(view(*(same + 1)).substr(0, kLongestNamed));
    const std::string where = place();
    problem_ = first == second
                   ? fmt::format("{}{} stands more than once in the body. Send it once.", where, first)
                   : fmt::format("{}{} stands in the body also as {}, which is the same name. Send one of them.", where,
                                 std::min(first, second), std::max(first, second));
  }

  static bool comes_before(std::string_view a, std::string_view b, bool ignores_case) {
    if (!ignores_case) return a < b;
    return std::ranges::lexicographical_compare(a, b, {}, lower, lower);
  }
  static char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

  /// "Steps[0].Actions[1].", of the innermost open object.
  std::string place() const {
    std::string path;
    for (std::size_t i = 0; i + 1 < open_.size(); ++i) {
      if (open_[i].is_list) {
        path += fmt::format("[{}]", open_[i].item);
        continue;
      }
      // The name that was read last in it, which the next open one's follow.
      const auto name = view(names_[open_[i + 1].first_name - 1]).substr(0, kLongestNamed);
      path += path.empty() ? std::string(name) : fmt::format(".{}", name);
    }
    return path.empty() ? path : path + ".";
  }

  const json::object& components_;
  const json::object* next_;  // the shape of the value that comes
  std::vector<Open> open_;
  std::string text_;
  std::vector<Name> names_;
  std::string problem_;
};

}  // namespace

void refuse_repeated_members(std::string_view text, const json::object* shape, const json::object& components) {
  boost::json::parse_options options;
  options.max_depth = json::Limits{}.max_depth;
  boost::json::basic_parser<Listener> parser(options, shape, components);
  ErrorCondition error;
  parser.write_some(false, text.data(), text.size(), error);
  if (const std::string& problem = parser.handler().problem(); !problem.empty()) {
    Problems problems;
    problems.add(problem);
    problems.throw_if_any();
  }
}

}  // namespace slipway::api
