// Variables as the substitution language sees them: names that ignore case, in the order they were added, because that
// order shows in `each` and `[*]`.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace slipway::language {

/// A plain value type. Threads: like a std container.
class VariableSet {
 public:
  struct Entry {
    std::string name;
    std::optional<std::string> value;  ///< nullopt is a variable that is defined as null: text "" inside templates
    bool is_sensitive = false;
  };

  VariableSet() = default;
  VariableSet(std::initializer_list<Entry> entries);

  /// Adds a variable, or gives an existing one a new value in its old place.
  void set(std::string_view name, std::optional<std::string> value, bool is_sensitive = false);
  void remove(std::string_view name);
  void reserve(std::size_t count);

  /// By name, ignoring case. Null pointer when there is no such variable.
  const Entry* find(std::string_view name) const;
  /// The unevaluated value; nullopt when missing or null.
  std::optional<std::string_view> raw(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name) != nullptr; }

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

 private:
  std::vector<Entry> entries_;
  std::unordered_map<std::string, std::size_t> positions_;  // folded name → index in entries_
};

}  // namespace slipway::language
