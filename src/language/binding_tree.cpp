#include "language/binding_tree.h"

#include <algorithm>

namespace slipway::language {

namespace {
constexpr std::size_t kFewChildren = 8;
}  // namespace

BindingNode* BindingChildren::find(std::string_view folded) const {
  if (!family_) return nullptr;
  const auto& [names, nodes, by_name] = *family_;
  if (!by_name.empty()) {
    const auto found = by_name.find(folded);
    return found == by_name.end() ? nullptr : found->second;
  }
  const auto found = std::find(names.begin(), names.end(), folded);
  return found == names.end() ? nullptr : nodes[static_cast<std::size_t>(found - names.begin())];
}

void BindingChildren::add(std::string folded, BindingNode* node) {
  if (!family_) family_ = std::make_unique<Family>();
  auto& [names, nodes, by_name] = *family_;
  names.push_back(std::move(folded));
  nodes.push_back(node);
  if (names.size() <= kFewChildren) return;
  for (std::size_t i = by_name.size(); i < names.size(); ++i) by_name.emplace(names[i], nodes[i]);
}

std::vector<BindingNode*> BindingChildren::nodes() const {
  return family_ ? family_->nodes : std::vector<BindingNode*>();
}

const ParsedTemplate& BindingNode::parsed() const {
  std::shared_ptr<const ParsedTemplate> known = parsed_.load(std::memory_order_acquire);
  if (!known) {
    auto made = std::make_shared<const ParsedTemplate>(parse_template(*item, true));
    // Of two threads that parse at once, the first one's result is kept: others may refer to it already.
    if (parsed_.compare_exchange_strong(known, made)) known = std::move(made);
  }
  return *known;
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
