#include "language/templates/binding_tree.h"

#include <algorithm>

#include "language/templates/template_parser.h"

namespace slipway::language {

namespace {
constexpr std::size_t kFewChildren = 8;
}  // namespace

BindingNode* BindingChildren::find(std::string_view folded) const {
  if (by_name_) {
    const auto found = by_name_->find(folded);
    return found == by_name_->end() ? nullptr : found->second;
  }
  const auto found =
      std::find_if(children_.begin(), children_.end(), [&](const Child& child) { return child.folded == folded; });
  return found == children_.end() ? nullptr : found->node;
}

void BindingChildren::add(std::string folded, BindingNode* node) {
  children_.push_back({std::move(folded), node});
  if (children_.size() <= kFewChildren) return;
  if (!by_name_) by_name_ = std::make_unique<Index>();
  for (std::size_t i = by_name_->size(); i < children_.size(); ++i) {
    by_name_->emplace(children_[i].folded, children_[i].node);
  }
}

std::vector<BindingNode*> BindingChildren::nodes() const {
  std::vector<BindingNode*> nodes;
  for (const Child& child : children_) nodes.push_back(child.node);
  return nodes;
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
    node->secrecy = variable.is_sensitive ? Secrecy::is : Secrecy::none;
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
