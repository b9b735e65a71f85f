#include "language/binding_tree.h"

#include <algorithm>

namespace slipway::language {

const BindingNode* BindingChildren::find(std::string_view folded) const {
  const auto found = positions_.find(std::string(folded));
  return found == positions_.end() ? nullptr : list_[found->second];
}

BindingNode* BindingChildren::find(std::string_view folded) {
  return const_cast<BindingNode*>(std::as_const(*this).find(folded));
}

void BindingChildren::add(std::string folded, BindingNode* node) {
  positions_.emplace(std::move(folded), list_.size());
  list_.push_back(node);
}

void BindingChildren::set(std::string_view folded, BindingNode* node) {
  list_[positions_.at(std::string(folded))] = node;
}

const ParsedTemplate& BindingNode::parsed() const {
  std::call_once(parsed_once_, [&] { parsed_ = parse_template(*item, true); });
  return parsed_;
}

BindingTree::BindingTree(const VariableSet& variables) {
  nodes_.emplace_back();
  of_variable_.reserve(variables.size());
  for (const VariableSet::Entry& variable : variables) {
    const BindingNode*& bound = of_variable_.emplace_back(nullptr);
    const std::optional<Symbol> path = parse_name(variable.name);
    if (!path) continue;
    const auto is_indirect = [](const Step& step) { return step.kind == Step::Kind::indirect_index; };
    if (std::any_of(path->steps.begin(), path->steps.end(), is_indirect)) continue;
    BindingNode* node = &nodes_.front();
    for (const Step& step : path->steps) node = &descend(*node, step);
    node->item = variable.value ? std::string_view(*variable.value) : std::string_view();
    bound = node;
  }
}

BindingNode& BindingTree::descend(BindingNode& from, const Step& step) {
  const bool indexed = step.kind == Step::Kind::index;
  BindingChildren& children = indexed ? from.indexed : from.named;
  if (BindingNode* known = children.find(step.folded)) return *known;
  BindingNode& added = nodes_.emplace_back();
  if (indexed) added.item = index_texts_.emplace_back(step.text);
  children.add(step.folded, &added);
  return added;
}

}  // namespace slipway::language
