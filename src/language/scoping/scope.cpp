#include "language/scoping/scope.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "language/dotnet/unicode.h"

namespace slipway::language {
namespace {

struct KindEntry {
  ScopeKind kind;
  std::string_view name;
  std::int64_t rank;
};

// The published weights, summed over the kinds present (docs/language.md, Which value wins).
constexpr std::array<KindEntry, kScopeKindCount> kKinds = {{
    {ScopeKind::action, "Action", 10'000'000},
    {ScopeKind::machine, "Machine", 1'000'000},
    {ScopeKind::role, "Role", 10'000},
    {ScopeKind::tenant, "Tenant", 1'001},
    {ScopeKind::tenant_tag, "TenantTag", 1'000},
    {ScopeKind::environment, "Environment", 100},
    {ScopeKind::channel, "Channel", 10},
    {ScopeKind::process_owner, "ProcessOwner", 5},
    {ScopeKind::project, "Project", 1},
}};
constexpr std::int64_t kTargetedRole = 100'000;
constexpr std::int64_t kGiven = 100'000'000;         // prompted or passed: the "User" kind
constexpr std::int64_t kSystem = 1'000'000'000;      // the "Private" kind
constexpr std::int64_t kYielding = -10'000'000'000;  // outputs and step properties give way to defined variables

struct SourceEntry {
  VariableSource source;
  std::string_view name;
  std::int64_t rank;  // added to the scope's
  int tie_order;      // smaller wins a tie
};

constexpr std::array<SourceEntry, 9> kSources = {{
    {VariableSource::system, "system", kSystem, 0},
    {VariableSource::passed, "passed value", kGiven, 0},
    {VariableSource::prompted, "prompted value", kGiven, 0},
    {VariableSource::project, "project", 0, 0},
    {VariableSource::library, "library set", 0, 1},
    {VariableSource::tenant_project, "tenant's project value", 0, 0},
    {VariableSource::tenant_common, "tenant's common value", 0, 1},
    {VariableSource::output, "output", kYielding, 0},
    {VariableSource::step, "step property", kYielding, 1},
}};

const SourceEntry& entry(VariableSource source) {
  return *std::find_if(kSources.begin(), kSources.end(), [&](const SourceEntry& e) { return e.source == source; });
}
const KindEntry& entry(ScopeKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

constexpr std::int64_t kNotApplicable = INT64_MIN;

std::string describe(const Variable& v) {
  const std::string where = v.source_name.empty() ? "" : fmt::format(" \"{}\"", v.source_name);
  return fmt::format("{}{}", to_string(v.source), where);
}

std::string describe(const Scope& scope) {
  if (scope.empty()) return "no scope";
  std::string text;
  for (const auto& [kind, ids] : scope) {
    text += fmt::format("{}{} {}", text.empty() ? "" : " and ", to_string(kind), fmt::join(ids, " or "));
  }
  return text;
}

std::string describe_standing(const Variable& v) { return fmt::format("{} with {}", describe(v), describe(v.scope)); }

/// Why a tie fell as it did: project before library set by rule, else by the order of definition alone.
std::string why_tie_lost(const Variable& winner, const Variable& loser) {
  if (entry(winner.source).tie_order != entry(loser.source).tie_order) {
    return fmt::format("{} is as specific, and {} goes first", describe_standing(winner), describe(winner));
  }
  return fmt::format("{} is as specific, and {} was defined before {}", describe_standing(winner), winner.id, loser.id);
}

std::optional<std::string> tie_warning(const Variable& winner, const Variable& loser) {
  if (entry(winner.source).tie_order != entry(loser.source).tie_order) return std::nullopt;
  return fmt::format(
      "The variable '{}' has two equally specific values: {} ({}) and {} ({}). The one defined first was taken. Make "
      "one of their "
      "scopes more specific.",
      winner.name, winner.id, describe_standing(winner), loser.id, describe_standing(loser));
}

/// What a context has of one kind.
std::vector<std::string> present_in(const ScopeContext& context, ScopeKind kind) {
  const auto one = [](const std::optional<std::string>& id) {
    return id ? std::vector<std::string>{*id} : std::vector<std::string>{};
  };
  switch (kind) {
    case ScopeKind::action:
      return one(context.action);
    case ScopeKind::machine:
      return one(context.machine);
    case ScopeKind::role:
      return context.machine_roles;
    case ScopeKind::tenant:
      return one(context.tenant);
    case ScopeKind::tenant_tag:
      return context.tenant_tags;
    case ScopeKind::environment:
      return one(context.environment);
    case ScopeKind::channel:
      return one(context.channel);
    case ScopeKind::process_owner:
      return one(context.process_owner);
    case ScopeKind::project:
      return one(context.project);
  }
  return {};
}

std::string why_not(const Variable& variable, const ScopeContext& context) {
  for (const auto& [kind, ids] : variable.scope) {
    const std::vector<std::string> present = present_in(context, kind);
    const auto matches = [&](const std::string& id) {
      return std::any_of(present.begin(), present.end(),
                         [&](const std::string& have) { return fold_case(have) == fold_case(id); });
    };
    if (std::any_of(ids.begin(), ids.end(), matches)) continue;
    return fmt::format("needs {} {}, and here it is {}", to_string(kind), fmt::join(ids, " or "),
                       present.empty() ? "none" : fmt::format("{}", fmt::join(present, ", ")));
  }
  return "applies";
}

}  // namespace

std::string_view to_string(ScopeKind kind) { return entry(kind).name; }
std::string_view to_string(VariableSource source) { return entry(source).name; }

std::optional<ScopeKind> scope_kind_of(std::string_view name) {
  if (equals_ignoring_case(name, "TargetRole")) return ScopeKind::role;
  for (const KindEntry& kind : kKinds) {
    if (equals_ignoring_case(kind.name, name)) return kind.kind;
  }
  return std::nullopt;
}

std::int64_t scope_rank(const Scope& scope, VariableSource source, bool role_targeted) {
  std::int64_t rank = entry(source).rank;
  for (const auto& [kind, ids] : scope) {
    rank += kind == ScopeKind::role && role_targeted ? kTargetedRole : entry(kind).rank;
  }
  return rank;
}

/// What of the catalog's ids a context has.
class VariableCatalog::Matcher {
 public:
  Matcher(const VariableCatalog& catalog, const ScopeContext& context) {
    for (std::size_t kind = 0; kind < kScopeKindCount; ++kind) present_[kind].resize(catalog.atoms_[kind].size());
    targeted_roles_.resize(catalog.atoms_[static_cast<std::size_t>(ScopeKind::role)].size());
    for (const KindEntry& kind : kKinds) {
      mark(catalog, kind.kind, present_in(context, kind.kind), present_[static_cast<std::size_t>(kind.kind)]);
    }
    mark(catalog, ScopeKind::role, context.target_roles, targeted_roles_);
  }

  Standing standing(const ScopeClass& scope) const {
    bool role_targeted = false;
    for (const auto& [kind, atoms] : scope.kinds) {
      const auto& marks = present_[static_cast<std::size_t>(kind)];
      const auto has = [&](Atom atom) { return marks[atom]; };
      if (std::none_of(atoms.begin(), atoms.end(), has)) return kNotApplicable;
      if (kind == ScopeKind::role) {
        role_targeted = std::any_of(atoms.begin(), atoms.end(), [&](Atom a) { return marks[a] && targeted_roles_[a]; });
      }
    }
    return role_targeted ? scope.rank_if_role_targeted : scope.rank;
  }

 private:
  static void mark(const VariableCatalog& catalog, ScopeKind kind, const std::vector<std::string>& ids,
                   std::vector<bool>& marks) {
    const auto& known = catalog.atoms_[static_cast<std::size_t>(kind)];
    for (const std::string& id : ids) {
      if (const auto atom = known.find(fold_case(id)); atom != known.end()) marks[atom->second] = true;
    }
  }

  std::array<std::vector<bool>, kScopeKindCount> present_;
  std::vector<bool> targeted_roles_;
};

VariableCatalog::VariableCatalog(std::vector<Variable> variables) : variables_(std::move(variables)) {
  std::vector<std::vector<Definition>> by_name;
  for (std::uint32_t i = 0; i < variables_.size(); ++i) {
    std::string folded = fold_case(variables_[i].name);
    const auto [name, added] = name_ids_.try_emplace(folded, static_cast<std::uint32_t>(names_.size()));
    if (added) {
      names_.push_back({std::move(folded), 0, 0});
      by_name.emplace_back();
    }
    by_name[name->second].push_back({i, class_of(variables_[i])});
  }
  // Definitions of a name stand in the order that decides ties, so that the first of the best rank wins.
  const auto tie_key = [&](const Definition& d) {
    const Variable& v = variables_[d.variable];
    return std::tuple(entry(v.source).tie_order, d.variable);
  };
  definitions_.reserve(variables_.size());
  for (std::uint32_t i = 0; i < names_.size(); ++i) {
    std::sort(by_name[i].begin(), by_name[i].end(),
              [&](const Definition& a, const Definition& b) { return tie_key(a) < tie_key(b); });
    names_[i].first = static_cast<std::uint32_t>(definitions_.size());
    names_[i].count = static_cast<std::uint32_t>(by_name[i].size());
    definitions_.insert(definitions_.end(), by_name[i].begin(), by_name[i].end());
  }
}

std::uint32_t VariableCatalog::class_of(const Variable& variable) {
  ScopeClass scope;
  std::string key = fmt::format("{}", static_cast<int>(variable.source));
  for (const auto& [kind, ids] : variable.scope) {
    std::vector<Atom> atoms;
    auto& known = atoms_[static_cast<std::size_t>(kind)];
    for (const std::string& id : ids) {
      atoms.push_back(known.try_emplace(fold_case(id), static_cast<Atom>(known.size())).first->second);
    }
    std::sort(atoms.begin(), atoms.end());
    key += fmt::format("|{}:{}", static_cast<int>(kind), fmt::join(atoms, ","));
    scope.kinds.emplace_back(kind, std::move(atoms));
  }
  const auto [id, added] = class_ids_.try_emplace(std::move(key), static_cast<std::uint32_t>(classes_.size()));
  if (added) {
    scope.rank = scope_rank(variable.scope, variable.source, false);
    scope.rank_if_role_targeted = scope_rank(variable.scope, variable.source, true);
    classes_.push_back(std::move(scope));
  }
  return id->second;
}

std::vector<VariableCatalog::Standing> VariableCatalog::standings(const ScopeContext& context) const {
  const Matcher matcher(*this, context);
  std::vector<Standing> standings;
  standings.reserve(classes_.size());
  for (const ScopeClass& scope : classes_) standings.push_back(matcher.standing(scope));
  return standings;
}

ResolvedVariables VariableCatalog::resolve(const ScopeContext& context) const {
  const std::vector<Standing> standing = standings(context);
  ResolvedVariables resolved;
  resolved.winners_.reserve(names_.size());
  for (const Name& name : names_) {
    const Definition* best = nullptr;
    const Definition* rival = nullptr;  // the next of equal rank
    Standing best_standing = kNotApplicable;
    for (const Definition* d = &definitions_[name.first]; d != &definitions_[name.first] + name.count; ++d) {
      const Standing s = standing[d->scope_class];
      if (s > best_standing) {
        best = d;
        rival = nullptr;
        best_standing = s;
      } else if (s == best_standing && best != nullptr && rival == nullptr) {
        rival = d;
      }
    }
    if (best == nullptr) continue;
    const Variable& winner = variables_[best->variable];
    resolved.winners_.push_back(&winner);
    if (rival != nullptr) {
      const Variable& loser = variables_[rival->variable];
      if (auto warning = tie_warning(winner, loser)) resolved.warnings_.push_back(std::move(*warning));
    }
  }
  return resolved;
}

Explanation VariableCatalog::explain(const Name& name, const ScopeContext& context,
                                     const std::vector<Standing>& standing) const {
  Explanation explanation;
  explanation.name = variables_[definitions_[name.first].variable].name;
  std::vector<Definition> order(definitions_.begin() + name.first, definitions_.begin() + name.first + name.count);
  std::stable_sort(order.begin(), order.end(), [&](const Definition& a, const Definition& b) {
    return standing[a.scope_class] > standing[b.scope_class];
  });
  const Standing best = standing[order.front().scope_class];
  if (best != kNotApplicable) explanation.winner = &variables_[order.front().variable];
  for (const Definition& d : order) {
    const Variable& variable = variables_[d.variable];
    const Standing s = standing[d.scope_class];
    Candidate candidate{&variable, s != kNotApplicable, s, {}};
    if (!candidate.applies) {
      candidate.rank = 0;
      candidate.reason = why_not(variable, context);
    } else if (&variable == explanation.winner) {
      candidate.reason = fmt::format("wins with {}", describe(variable.scope));
    } else if (s < best) {
      candidate.reason = fmt::format("{} is less specific than {}", describe_standing(variable),
                                     describe_standing(*explanation.winner));
    } else {
      candidate.reason = why_tie_lost(*explanation.winner, variable);
      if (!explanation.warning) explanation.warning = tie_warning(*explanation.winner, variable);
    }
    explanation.candidates.push_back(std::move(candidate));
  }
  return explanation;
}

Explanation VariableCatalog::explain(std::string_view name, const ScopeContext& context) const {
  const auto found = name_ids_.find(fold_case(name));
  if (found == name_ids_.end()) return {std::string(name), nullptr, {}, std::nullopt};
  return explain(names_[found->second], context, standings(context));
}

VariableSet ResolvedVariables::to_variable_set() const {
  VariableSet set;
  set.reserve(winners_.size());
  for (const Variable* winner : winners_) set.set(winner->name, winner->value, winner->is_sensitive);
  return set;
}

}  // namespace slipway::language
