// The tree that variable names form: `A.B[c]` is node c among the indexed children of B, a named child of A
// (docs/language.md, Templates).
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "language/templates/lenient_json.h"
#include "language/templates/template_tree.h"
#include "language/templates/variables.h"

namespace slipway::language {

struct BindingNode;

/// Children by folded name, in the order in which they were added. They are owned elsewhere.
class BindingChildren {
 public:
  BindingNode* find(std::string_view folded) const;  ///< null when there is none
  void add(std::string folded, BindingNode*);

  bool empty() const { return children_.empty(); }
  std::size_t size() const { return children_.size(); }
  std::vector<BindingNode*> nodes() const;
  BindingNode& first() const { return *children_.front().node; }

 private:
  struct Child {
    std::string folded;
    BindingNode* node;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Index = std::unordered_map<std::string, BindingNode*, Hash, std::equal_to<>>;

  std::vector<Child> children_;
  std::unique_ptr<Index> by_name_;  // the same again, once there are too many to go through
};

/// How a text stands to the values of sensitive variables (VAR-6).
enum class Secrecy {
  none,
  holds,  ///< one stands in it as it is, beside what is no secret
  is      ///< it is one, or made of one
};

struct BindingNode {
  std::optional<std::string_view> item;  ///< the unevaluated text, owned elsewhere
  const LenientJson* json = nullptr;     ///< of a part of a document: its object or array, in place of an item
  Secrecy secrecy = Secrecy::none;       ///< of that text, as it is before it is evaluated
  BindingChildren named;
  BindingChildren indexed;
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
