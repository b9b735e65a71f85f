#include "language/templates/variables.h"

#include "language/dotnet/unicode.h"

namespace slipway::language {

VariableSet::VariableSet(std::initializer_list<Entry> entries) {
  for (const Entry& entry : entries) set(entry.name, entry.value, entry.is_sensitive);
}

void VariableSet::set(std::string_view name, std::optional<std::string> value, bool is_sensitive) {
  const auto [place, added] = positions_.try_emplace(fold_case(name), entries_.size());
  if (added) {
    entries_.push_back({std::string(name), std::move(value), is_sensitive});
  } else {
    entries_[place->second].value = std::move(value);
    entries_[place->second].is_sensitive = is_sensitive;
  }
}

void VariableSet::remove(std::string_view name) {
  const auto found = positions_.find(fold_case(name));
  if (found == positions_.end()) return;
  const std::size_t gone = found->second;
  positions_.erase(found);
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(gone));
  for (auto& [name_, position] : positions_) {
    if (position > gone) --position;
  }
}

void VariableSet::reserve(std::size_t count) {
  entries_.reserve(count);
  positions_.reserve(count);
}

const VariableSet::Entry* VariableSet::find(std::string_view name) const {
  const auto found = positions_.find(fold_case(name));
  return found == positions_.end() ? nullptr : &entries_[found->second];
}

std::optional<std::string_view> VariableSet::raw(std::string_view name) const {
  const Entry* entry = find(name);
  return entry != nullptr && entry->value ? std::optional<std::string_view>(*entry->value) : std::nullopt;
}

}  // namespace slipway::language
