// The tree that variable names form: `A.B[c]` is node c among the indexed children of B, a named child of A
// (language.md 1.1).
#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "language/lenient_json.h"
#include "language/template_parser.h"
#include "language/variables.h"

namespace slipway::language {

struct BindingNode;

/// Children by folded name, in the order in which they were added. They are owned elsewhere.
class BindingChildren {
 public:
  const BindingNode* find(std::string_view folded) const;
  BindingNode* find(std::string_view folded);
  void add(std::string folded, BindingNode*);
  /// Makes the child of that name another node.
  void set(std::string_view folded, BindingNode*);

  bool empty() const { return list_.empty(); }
  const std::vector<BindingNode*>& nodes() const { return list_; }

 private:
  std::vector<BindingNode*> list_;
  std::unordered_map<std::string, std::size_t> positions_;  // in list_
};

struct BindingNode {
  std::optional<std::string_view> item;  ///< the unevaluated text, owned elsewhere
  const LenientJson* json = nullptr;     ///< what `item` says, where that is known already
  BindingChildren named;
  BindingChildren indexed;

  /// The parsed item. Parsed on first use. Threads: any.
  const ParsedTemplate& parsed() const;

 private:
  mutable std::once_flag parsed_once_;
  mutable ParsedTemplate parsed_;
};

/// All variables of a set, bound. Refers to the set's texts. Immutable once made.
class BindingTree {
 public:
  explicit BindingTree(const VariableSet&);

  const BindingNode& root() const { return nodes_.front(); }
  /// The node that holds the value of a variable of the set, by its place there; null when its name could not be bound.
  const BindingNode* node_of(std::size_t variable) const { return of_variable_[variable]; }

 private:
  BindingNode& descend(BindingNode& from, const Step&);

  std::deque<BindingNode> nodes_;
  std::deque<std::string> index_texts_;
  std::vector<const BindingNode*> of_variable_;
};

}  // namespace slipway::language
