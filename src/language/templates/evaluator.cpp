#include "language/templates/evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "language/dotnet/dotnet_number.h"
#include "language/dotnet/unicode.h"
#include "language/masking/masking.h"
#include "language/templates/template_parser.h"

namespace slipway::language {
namespace {

// What a node of a document takes, with what its text is kept in.
constexpr std::size_t kNodeBytes = sizeof(BindingNode) + sizeof(std::string);
// What a secret takes besides its text: a node of a tree, and its place in the list that is handed out.
constexpr std::size_t kSecretBytes = 2 * sizeof(std::string) + 4 * sizeof(void*);

bool has_tokens(std::string_view text) { return text.find("#{") != std::string_view::npos; }

/// Only arrays and objects are ever looked into. Their text may begin with a comment.
bool may_be_container(std::string_view text) {
  text = trim_start(text);
  return !text.empty() && (text.front() == '{' || text.front() == '[' || text.front() == '/');
}

bool is_indirect(const Step& step) { return step.kind == Step::Kind::indirect_index; }

/// Equal in text and place: how a symbol is recognised while it is being resolved again, which is a cycle.
bool is_same(const Symbol& a, const Symbol& b) {
  return std::equal(a.steps.begin(), a.steps.end(), b.steps.begin(), b.steps.end(), [](const Step& x, const Step& y) {
    if (x.position != y.position || x.kind != y.kind || x.text != y.text) return false;
    return !is_indirect(x) || is_same(*x.indirect_symbol, *y.indirect_symbol);
  });
}

/// The variables that a loop adds: Octopus.Template.Each.* for the present round.
class LoopBindings {
 public:
  LoopBindings() {
    octopus_.named.add("TEMPLATE", &template_);
    template_.named.add("EACH", &each_);
    each_.named.add("INDEX", &index_);
    each_.named.add("FIRST", &first_);
    each_.named.add("LAST", &last_);
  }

  BindingNode& at(std::size_t index, std::size_t count) {
    index_text_ = std::to_string(index);
    index_.item = index_text_;
    first_.item = index == 0 ? "True" : "False";
    last_.item = index + 1 == count ? "True" : "False";
    return octopus_;
  }

 private:
  std::string index_text_;
  BindingNode octopus_, template_, each_, index_, first_, last_;
};

}  // namespace

class Evaluator::Level {
 public:
  explicit Level(Evaluator& evaluator) : evaluator_(evaluator) {
    const std::size_t limit = evaluator_.budget_.limits().max_depth;
    if (++evaluator_.depth_ > limit) {
      --evaluator_.depth_;
      fail(ErrorCode::too_large,
           fmt::format("Evaluating goes deeper than {} levels. Shorten the chain of variables.", limit));
    }
  }
  ~Level() { --evaluator_.depth_; }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;

 private:
  Evaluator& evaluator_;
};

/// A symbol while it is being resolved in a context, linked to the one around it.
class Evaluator::Resolving {
 public:
  Resolving(Context& context, const Symbol& symbol) : context_(context), symbol_(symbol), outer_(context.resolving) {
    context_.resolving = this;
  }
  ~Resolving() { context_.resolving = outer_; }
  Resolving(const Resolving&) = delete;
  Resolving& operator=(const Resolving&) = delete;

  const Symbol& symbol() const { return symbol_; }
  const Resolving* outer() const { return outer_; }

 private:
  Context& context_;
  const Symbol& symbol_;
  const Resolving* outer_;
};

Evaluator::Evaluator(const BindingTree& tree, Budget& budget, const EvaluationOptions& options,
                     std::size_t expected_values)
    : budget_(budget),
      options_(options),
      filters_{options.now, options.local_offset, budget, regexes_},
      root_{&tree.root(), nullptr} {
  values_.reserve(expected_values);
}

Evaluator::Output Evaluator::evaluate(const Tokens& tokens) {
  Output out;
  evaluate(tokens, root_, out);
  return out;
}

const Evaluator::Output& Evaluator::evaluate(const BindingNode& node, const Tokens& tokens) {
  return values_.insert_or_assign(&node, evaluate(tokens)).first->second;
}

const Evaluator::Output* Evaluator::known_value(const BindingNode& node) const {
  const auto known = values_.find(&node);
  return known == values_.end() ? nullptr : &known->second;
}

std::vector<std::string> Evaluator::element_texts(const Symbol& collection) {
  TokenList missing;
  std::vector<std::string> texts;
  for (const Node* node : elements_of(collection, root_, missing)) {
    if (node->item) texts.emplace_back(*node->item);
    if (!node->item && node->json != nullptr) texts.push_back(to_template_text(*node->json, options_.local_offset));
  }
  return texts;
}

void Evaluator::append(Output& out, std::string_view text, Secrecy secrecy) {
  budget_.spend(text.size());
  budget_.keep(text.size());
  out.text += text;
  out.holds_secret = out.holds_secret || secrecy != Secrecy::none;
}

Secrecy Evaluator::note_secret(std::string_view text) {
  if (text.size() < kShortestSecret) return Secrecy::is;
  budget_.spend(text.size());
  if (secrets_.contains(text)) return Secrecy::is;
  budget_.keep(text.size() + kSecretBytes);
  secrets_.emplace(text);
  return Secrecy::is;
}

std::vector<std::string> Evaluator::take_secrets() {
  std::vector<std::string> taken;
  taken.reserve(secrets_.size());
  while (!secrets_.empty()) taken.push_back(std::move(secrets_.extract(secrets_.begin()).value()));
  return taken;
}

void Evaluator::add_missing(TokenList& missing, const std::string& token) {
  budget_.spend(token.size());
  if (missing.contains(token)) return;
  budget_.keep(2 * (token.size() + sizeof(std::string)));
  missing.add(token);
}

void Evaluator::add_missing(TokenList& missing, const TokenList& tokens) {
  for (const std::string& token : tokens.list()) add_missing(missing, token);
}

/// The bytes are counted by whoever made the text.
std::string_view Evaluator::keep(std::string text) { return kept_texts_.emplace_back(std::move(text)); }

std::string_view Evaluator::text_of_json(const LenientJson& json) {
  std::string text = to_template_text(json, options_.local_offset);
  budget_.spend(text.size());
  budget_.keep(text.size());
  return keep(std::move(text));
}

// Tokens

void Evaluator::evaluate(const Tokens& tokens, Context& context, Output& out) {
  for (const TokenPtr& token : tokens) evaluate(*token, context, out);
}

void Evaluator::evaluate(const Token& token, Context& context, Output& out) {
  const Level level(*this);
  struct {
    Evaluator& self;
    const Token& token;
    Context& context;
    Output& out;
    void operator()(const Text& text) const { self.append(out, text.text); }
    void operator()(const Substitution& s) const { self.evaluate_substitution(token, s, context, out); }
    void operator()(const ConditionalPtr& c) const { self.evaluate_conditional(token, *c, context, out); }
    void operator()(const RepetitionPtr& r) const { self.evaluate_repetition(*r, context, out); }
    void operator()(const CalculationPtr& c) const { self.evaluate_calculation(token, *c, context, out); }
  } const by_kind{*this, token, context, out};
  std::visit(by_kind, token);
}

void Evaluator::evaluate_substitution(const Token& token, const Substitution& s, Context& context, Output& out) {
  if (const Symbol* symbol = std::get_if<Symbol>(&s.expression)) {
    const auto found = resolve(*symbol, context, out.missing);
    if (found && found->text) return append(out, *found->text, found->secrecy);
  } else {
    const FilterCall& call = *std::get<std::shared_ptr<const FilterCall>>(s.expression);
    if (const auto value = apply(call, context, out.missing)) return append(out, value->text, value->secrecy);
    if (call.name == kNullFilter) {
      out.has_null = true;
      return append(out, to_string(token));
    }
  }
  const std::string echo = to_string(token);
  append(out, echo);
  add_missing(out.missing, echo);
}

void Evaluator::evaluate_conditional(const Token& token, const Conditional& c, Context& context, Output& out) {
  const auto give_up_on = [&](const Expression& side) {
    append(out, to_string(token));
    add_missing(out.missing, to_string(side));
  };
  Budget::Hold hold(budget_);
  const auto left = side_of(c.left, context, out.missing, hold);
  if (!left) return give_up_on(c.left);
  bool holds = is_truthy_value(left->text);
  if (c.test != Conditional::Test::truthy) {
    const std::string* literal = std::get_if<std::string>(&c.right);
    const auto right = literal != nullptr ? std::optional(Value{*literal})
                                          : side_of(std::get<Expression>(c.right), context, out.missing, hold);
    if (!right) return give_up_on(std::get<Expression>(c.right));
    holds = (left->text == right->text) == (c.test == Conditional::Test::equal);
  }
  evaluate(holds ? c.when_true : c.when_false, context, out);
}

void Evaluator::evaluate_repetition(const Repetition& r, Context& context, Output& out) {
  const std::string enumerator = fold_case(r.enumerator);
  if (enumerator == "OCTOPUS") {
    fail_invalid("The variable of an each-loop can't be called 'Octopus', because the loop defines that name itself.");
  }
  LoopBindings specials;
  const std::vector<Node*> elements = elements_of(r.collection, context, out.missing);
  for (std::size_t i = 0; i < elements.size(); ++i) {
    budget_.spend(0);
    Node bindings;
    bindings.named.add("OCTOPUS", &specials.at(i, elements.size()));
    bindings.named.add(enumerator, elements[i]);
    Context inside{&bindings, &context};
    evaluate(r.body, inside, out);
  }
}

void Evaluator::evaluate_calculation(const Token& token, const Calculation& c, Context& context, Output& out) {
  bool uses_secret = false;
  const auto result = calculate(c, context, out.missing, uses_secret);
  // Unlike other tokens, one that can't be calculated is echoed without being reported, as existing
  // users' templates rely on.
  if (!result) return append(out, to_string(token));
  const std::string text = format_double(*result);
  append(out, text, uses_secret ? note_secret(text) : Secrecy::none);
}

std::optional<double> Evaluator::calculate(const Calculation& c, Context& context, TokenList& missing,
                                           bool& uses_secret) {
  const Level level(*this);
  if (const auto* number = std::get_if<Calculation::Number>(&c.content)) return number->value;
  if (const auto* operand = std::get_if<Calculation::Operand>(&c.content)) {
    const auto found = resolve(operand->symbol, context, missing);
    if (!found || !found->text) return std::nullopt;
    uses_secret = uses_secret || found->secrecy != Secrecy::none;
    return parse_double(*found->text);
  }
  const auto& operation = std::get<Calculation::Operation>(c.content);
  const auto left = calculate(*operation.left, context, missing, uses_secret);
  const auto right = calculate(*operation.right, context, missing, uses_secret);
  if (!left || !right) return std::nullopt;
  switch (operation.op) {
    case '%':
      // The remainder by nothing is none, and the token stays as it is.
      return *right == 0 ? std::nullopt : std::optional(std::fmod(*left, *right));
    case '+':
      return *left + *right;
    case '-':
      return *left - *right;
    case '*':
      return *left * *right;
    default:
      return *left / *right;
  }
}

// Expressions

std::optional<Evaluator::Value> Evaluator::value_of(const Expression& expression, Context& context, TokenList& missing,
                                                    Budget::Hold& hold) {
  const Symbol* symbol = std::get_if<Symbol>(&expression);
  if (symbol == nullptr) {
    auto value = apply(*std::get<std::shared_ptr<const FilterCall>>(expression), context, missing);
    if (value) hold.add(value->text.size());
    return value;
  }
  const auto found = resolve(*symbol, context, missing);
  if (!found || !found->text) return std::nullopt;
  budget_.spend(found->text->size());
  hold.add(found->text->size());
  return Value{std::string(*found->text), found->secrecy};
}

std::optional<Evaluator::Value> Evaluator::side_of(const Expression& expression, Context& context, TokenList& missing,
                                                   Budget::Hold& hold) {
  auto value = value_of(expression, context, missing, hold);
  return !value && std::holds_alternative<Symbol>(expression) ? std::optional(Value{}) : value;
}

std::optional<Evaluator::Value> Evaluator::apply(const FilterCall& call, Context& context, TokenList& missing) {
  const Level level(*this);
  Budget::Hold hold(budget_);
  const auto subject = call.subject ? value_of(*call.subject, context, missing, hold) : std::nullopt;
  std::size_t input = subject ? subject->text.size() : 0;
  bool uses_secret = subject && subject->secrecy != Secrecy::none;
  std::vector<std::string> options;
  for (const auto& option : call.options) {
    if (const std::string* text = std::get_if<std::string>(&option)) {
      hold.add(text->size());
      options.push_back(*text);
    } else {
      Output value;
      evaluate(*std::get<TokenPtr>(option), context, value);
      add_missing(missing, value.missing);
      uses_secret = uses_secret || value.holds_secret;
      options.push_back(std::move(value.text));
    }
    input += options.back().size();
  }
  const FilterEntry* filter = find_filter(call.name);
  if (filter == nullptr) return std::nullopt;
  budget_.spend(input);
  hold.add(input * filter->growth);
  auto result = filter->apply(subject ? FilterSubject(subject->text) : std::nullopt, options, filters_);
  if (!result) return std::nullopt;
  const Secrecy secrecy = uses_secret && !filter->is_test ? note_secret(*result) : Secrecy::none;
  return Value{std::move(*result), secrecy};
}

// Symbols

void Evaluator::check_for_cycle(const Symbol& symbol, const Context& context) {
  for (const Context* c = &context; c != nullptr; c = c->parent) {
    const Resolving* same = c->resolving;
    for (; same != nullptr && !is_same(symbol, same->symbol()); same = same->outer()) budget_.spend(0);
    if (same == nullptr) continue;
    std::string chain = to_string(symbol);
    for (const Resolving* r = c->resolving; r != nullptr; r = r->outer())
      chain = to_string(r->symbol()) + " -> " + chain;
    throw CycleError(fmt::format(
        "An attempt to parse the variable symbol \"{}\" appears to have resulted in a self referencing loop "
        "({}). Ensure that recursive loops do not exist in the variable values.",
        to_string(symbol), chain));
  }
}

std::optional<Evaluator::Found> Evaluator::resolve(const Symbol& symbol, Context& context, TokenList& missing,
                                                   Purpose purpose) {
  const Level level(*this);
  budget_.spend(0);
  check_for_cycle(symbol, context);
  const Resolving resolving(context, symbol);

  const Symbol* path = &symbol;
  std::optional<Symbol> settled;
  if (std::any_of(symbol.steps.begin(), symbol.steps.end(), is_indirect)) {
    settled = with_settled_indexes(symbol, context);
    if (!settled) return std::nullopt;
    path = &*settled;
  }
  const Node* node = context.bindings;
  for (auto step = path->steps.begin(); node != nullptr && step != path->steps.end(); ++step) {
    node = next_node(*node, *step, context);
  }
  if (node == nullptr) {
    return context.parent != nullptr ? resolve(*path, *context.parent, missing, purpose) : std::nullopt;
  }
  if (purpose == Purpose::collection && node->json != nullptr) return Found{node, std::nullopt, node->secrecy};
  return text_of(*node, context, missing);
}

/// Indirect indexes are looked up where the symbol stands, before the path is walked. Nullopt when one is missing.
std::optional<Symbol> Evaluator::with_settled_indexes(const Symbol& symbol, Context& context) {
  Symbol settled = symbol;
  for (Step& step : settled.steps) {
    if (!is_indirect(step)) continue;
    TokenList ignored;
    const auto index = resolve(*step.indirect_symbol, context, ignored);
    if (!index || !index->text) return std::nullopt;
    budget_.spend(index->text->size());
    step = {Step::Kind::settled_index, std::string(*index->text), fold_case(*index->text), step.indirect_symbol, {}};
  }
  return settled;
}

Evaluator::Node* Evaluator::next_node(const Node& node, const Step& step, Context& context) {
  if (step.kind == Step::Kind::name) {
    if (Node* child = node.named.find(step.folded)) return child;
  } else {
    if (step.text == "*" && !node.indexed.empty()) return &node.indexed.first();
    if (Node* child = node.indexed.find(step.folded)) return child;
  }
  return json_step(node, step, context);
}

/// The evaluated value of a node, in a context of its own: it does not see the loops around the place that uses it.
Evaluator::Found Evaluator::text_of(const Node& node, Context& context, TokenList& missing) {
  if (!node.item && node.json == nullptr) return {&node, std::nullopt};
  const std::string_view raw = node.item ? *node.item : text_of_json(*node.json);
  // What stands in a text is kept by whoever put it there.
  const auto found = [&](std::string_view text, bool holds_secret = false) -> Found {
    if (node.secrecy == Secrecy::is) return {&node, text, note_secret(text)};
    return {&node, text, holds_secret ? Secrecy::holds : node.secrecy};
  };
  if (!has_tokens(raw)) return found(raw);

  const bool reusable = &context == &root_ && node.item;
  if (const Output* known = reusable ? known_value(node) : nullptr) {
    add_missing(missing, known->missing);
    return found(known->text, known->holds_secret);
  }
  Budget::Hold hold(budget_);
  charge_parsing(raw, budget_, hold);
  const ParsedTemplate parsed = parse_template(raw, true);
  if (parsed.error) return found(raw);
  Context inside{nullptr, &context};
  Output value;
  const std::size_t swallowed_before = swallowed_cycles_;
  evaluate(parsed.tokens, inside, value);
  add_missing(missing, value.missing);
  // Where a cycle was swallowed the value depends on the way that led here.
  const bool holds_secret = value.holds_secret;
  if (!reusable || swallowed_cycles_ != swallowed_before) return found(keep(std::move(value.text)), holds_secret);
  return found(values_.emplace(&node, std::move(value)).first->second.text, holds_secret);
}

// JSON and collections

Evaluator::Node& Evaluator::node_for(const LenientJson& json, Secrecy secrecy) {
  budget_.spend(0);
  budget_.keep(kNodeBytes);
  Node& node = kept_nodes_.emplace_back();
  node.secrecy = secrecy;
  if (json.is_container()) {
    node.json = &json;  // its text is made when somebody asks for it
  } else {
    node.item = text_of_json(json);
  }
  return node;
}

Evaluator::Node& Evaluator::node_for(std::string_view kept_text, Secrecy secrecy) {
  budget_.spend(0);
  budget_.keep(kNodeBytes);
  Node& node = kept_nodes_.emplace_back();
  node.secrecy = secrecy;
  node.item = kept_text;
  return node;
}

const Evaluator::Document* Evaluator::parse_document(std::string_view text, Secrecy secrecy) {
  budget_.spend(text.size());
  // A secret with a backslash stands in the document's parts otherwise than in its text.
  if (secrecy == Secrecy::holds && text.find('\\') != std::string_view::npos) secrecy = Secrecy::is;
  if (!may_be_container(text)) return nullptr;
  budget_.keep(memory_of_lenient_json(text));
  auto json = parse_lenient_json(text);
  if (!json) return nullptr;
  return &kept_documents_.emplace_back(Document{std::move(*json), has_tokens(text), secrecy});
}

/// A node's value as JSON, its tokens expanded. Null when it is none.
const Evaluator::Document* Evaluator::document_of(const Node& node, Context& context) {
  if (!node.item || node.item->empty()) return nullptr;
  const bool reusable = &context == &root_;
  if (reusable) {
    if (const auto known = documents_.find(&node); known != documents_.end()) return known->second;
  }
  const std::size_t swallowed_before = swallowed_cycles_;
  const Document* document = nullptr;
  try {
    TokenList ignored;
    const Found found = text_of(node, context, ignored);
    if (found.text) document = parse_document(*found.text, found.secrecy);
  } catch (const CycleError&) {
    ++swallowed_cycles_;
  }
  if (reusable && swallowed_cycles_ == swallowed_before) documents_.emplace(&node, document);
  return document;
}

Evaluator::Node* Evaluator::json_step(const Node& node, const Step& step, Context& context) {
  const LenientJson* json = node.json;
  bool parts_have_tokens = false;
  Secrecy secrecy = node.secrecy;
  if (json == nullptr) {
    const Document* document = document_of(node, context);
    if (document == nullptr) return nullptr;
    json = &document->json;
    parts_have_tokens = document->has_tokens;
    secrecy = document->secrecy;
  }
  const LenientJson* part = nullptr;
  budget_.spend(json->members.size());
  if (json->kind == LenientJson::Kind::object) {
    part = json->find(step.text);
  } else if (json->kind == LenientJson::Kind::array) {
    const auto index = parse_int32(step.text);
    if (!index) return nullptr;
    if (*index < 0) fail_invalid("The index of a JSON array must not be negative.");
    if (static_cast<std::size_t>(*index) < json->items.size()) part = &json->items[static_cast<std::size_t>(*index)];
  } else {
    return nullptr;
  }
  if (part == nullptr) return &node_for(std::string_view(), Secrecy::none);
  if (!parts_have_tokens) return &node_for(*part, secrecy);
  return &node_for(text_of_json(*part), secrecy);
}

std::vector<Evaluator::Node*> Evaluator::elements_of(const Symbol& collection, Context& context, TokenList& missing) {
  const auto found = resolve(collection, context, missing, Purpose::collection);
  if (!found) return {};
  if (found->node->json != nullptr) return elements_of(*found->node->json, found->secrecy);
  if (!found->text) {
    budget_.spend(found->node->indexed.size());
    budget_.keep(found->node->indexed.size() * sizeof(Node*));
    return found->node->indexed.nodes();
  }
  const Document* document = parse_document(*found->text, found->secrecy);
  if (document != nullptr && document->json.is_container()) return elements_of(document->json, found->secrecy);
  return elements_of(*found->text, found->secrecy);
}

std::vector<Evaluator::Node*> Evaluator::elements_of(const LenientJson& json, Secrecy secrecy) {
  std::vector<Node*> elements;
  for (const LenientJson& item : json.items) elements.push_back(&node_for(item, secrecy));
  for (const auto& [name, value] : json.members) {
    Node& member = node_for(std::string_view(name), secrecy);
    member.named.add("KEY", &node_for(std::string_view(name), secrecy));
    member.named.add("VALUE", &node_for(value, secrecy));
    elements.push_back(&member);
  }
  return elements;
}

/// A comma may stand in the middle of a secret.
std::vector<Evaluator::Node*> Evaluator::elements_of(std::string_view list, Secrecy secrecy) {
  if (secrecy == Secrecy::holds) secrecy = Secrecy::is;
  std::vector<Node*> elements;
  while (true) {
    const std::size_t comma = std::min(list.find(','), list.size());
    elements.push_back(&node_for(list.substr(0, comma), secrecy));
    if (comma == list.size()) return elements;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace slipway::language
